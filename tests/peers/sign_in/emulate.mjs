// One service of the npm package "emulate", on this machine only, until standard input ends.
//
// The one argument is JSON: { package, service, port, seed, baseUrl, tls }. The package itself would listen on every
// interface. Where `tls` is given (key and certificate in one PEM file), a second, encrypted port is opened for
// clients that talk by https only. Says its ports when it is ready.
import fs from "node:fs";
import net from "node:net";
import tls from "node:tls";

const given = JSON.parse(process.argv[2]);

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, ...more) {
  return listen.call(this, port, "127.0.0.1", ...more.filter((each) => typeof each === "function"));
};

const { createEmulator } = await import(given.package);
await createEmulator(given);
await reachable(given.port);

if (given.tls) {
  const pem = fs.readFileSync(given.tls.pem);
  const terminator = tls.createServer({ key: pem, cert: pem }, (outside) => {
    const inside = net.connect(given.port, "127.0.0.1");
    outside.pipe(inside).pipe(outside);
    outside.on("error", () => inside.destroy());
    inside.on("error", () => outside.destroy());
  });
  terminator.listen(given.tls.port);
  await reachable(given.tls.port);
}

process.stdout.write("ready\n");
process.stdin.on("end", () => process.exit(0)).resume();

async function reachable(port) {
  for (;;) {
    const open = await new Promise((resolve) => {
      const probe = net.connect(port, "127.0.0.1", () => resolve(true)).on("error", () => resolve(false));
      probe.on("connect", () => probe.end());
    });
    if (open) return;
  }
}
