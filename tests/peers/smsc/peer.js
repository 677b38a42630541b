// An SMSC for the tests, on the npm package "smpp": a decoder and a state machine that we did not write.
//
//   node peer.js '{"ids": "hex", ...}'
//
// It tells what it sees as lines of JSON on standard output, does what lines of JSON on standard input say, and ends
// with standard input. Options (all optional):
//   port        0 takes a free one
//   password    of every system_id; another one is answered 0x0E
//   ids         how the answer to a submit_sm writes the message id: "hex" (default), "dec", "padded" (ten digits)
//   receiptIds  the same for receipts; default: like the answer
//   receipts    "now" (default) | "early" (before the answer) | "asked" (on {"do": "receipts"}) | "none"
//   tlvs        receipts carry receipted_message_id, message_state and the echoed user_message_reference
//   delayMs     how long after a submit_sm it is answered
//   window      more submit_sm than this at once are answered 0x58
//   quiet       tells only that it listens, and counts
//   tls         {key, cert, ca}: files; with ca, a client certificate is asked for
//
// The system_id "nobody" is answered 0x0F, "busy" 0x0D, "mute" not at all. The last two digits of a number say what
// becomes of an SMS to it; every other number delivers:
//   90 receipt UNDELIV     91 status 0x0B     93 receipt EXPIRED     94 status 0x58     95 status 0x08
//   96 no answer           97 the socket is cut before the answer    98 answered when {"do": "answer"} comes
'use strict';
const fs = require('fs');
const readline = require('readline');
const smpp = require('smpp');

const options = JSON.parse(process.argv[2] || '{}');
const sessions = new Set();
const owed = []; // receipts that wait to be asked for
const unanswered = []; // answers that wait to be asked for
const counts = { submitted: 0, inFlight: 0, mostInFlight: 0 };
let lastId = 0;

const REFUSALS = { 91: 0x0b, 94: 0x58, 95: 0x08 };
const STATES = { 90: ['UNDELIV', 5, '011'], 93: ['EXPIRED', 3, '027'] };

const say = (event, more) => process.stdout.write(JSON.stringify({ event, ...more }) + '\n');
const tell = (event, more) => { if (!options.quiet) say(event, more); };
const hex = (buffer) => (buffer ? Buffer.from(buffer).toString('hex') : '');

function written(id, how) {
  if (how === 'dec') return String(id);
  if (how === 'padded') return String(id).padStart(10, '0');
  return id.toString(16);
}

function seen(pdu) {
  const { command, command_length, _filter, ...fields } = pdu;
  for (const key of Object.keys(fields)) {
    if (typeof fields[key] === 'function') delete fields[key];
    else if (Buffer.isBuffer(fields[key])) fields[key] = hex(fields[key]);
  }
  for (const key of ['short_message', 'message_payload']) {
    const body = pdu[key];
    if (body && body.message !== undefined) fields[key] = { udh: (body.udh || []).map(hex), message: String(body.message) };
  }
  return fields;
}

function receivers() {
  return [...sessions].filter((each) => each.receives);
}

function deliver(pdu, tries = 0) {
  const [session] = receivers();
  if (!session) { owed.push(pdu); return; }
  session.deliver_sm({ ...pdu }, (answer) => {
    tell('deliver_sm_resp', { command_status: answer.command_status, command: answer.command });
    if (answer.command_status !== 0 && tries < 20) setTimeout(() => deliver(pdu, tries + 1), 5);
  });
}

function receipt(pdu, id) {
  const [state, number, error] = STATES[pdu.destination_addr.slice(-2)] || ['DELIVRD', 2, '000'];
  const name = written(id, options.receiptIds || options.ids);
  const text = `id:${name} sub:001 dlvrd:001 submit date:2611231000 done date:2611231001 stat:${state} err:${error} text:`;
  const made = { esm_class: 4, source_addr: pdu.destination_addr, destination_addr: pdu.source_addr, short_message: text };
  if (!options.tlvs) return made;
  const echoed = pdu.user_message_reference;
  return {
    ...made, receipted_message_id: name, message_state: number, ...(echoed === undefined ? {} : { user_message_reference: echoed }),
  };
}

function answer(session, pdu) {
  counts.inFlight -= 1;
  const ending = pdu.destination_addr.slice(-2);
  if (ending === '97') { session.socket.destroy(); return; }
  const refused = pdu.crowded ? 0x58 : REFUSALS[ending];
  if (refused) { session.send(pdu.response({ command_status: refused })); return; }
  const id = ++lastId;
  const wanted = pdu.registered_delivery & 1 && options.receipts !== 'none';
  if (wanted && options.receipts === 'early') deliver(receipt(pdu, id));
  session.send(pdu.response({ message_id: written(id, options.ids) }));
  if (wanted && options.receipts === 'asked') owed.push(receipt(pdu, id));
  else if (wanted && options.receipts !== 'early') deliver(receipt(pdu, id));
}

function submitted(session, pdu) {
  counts.submitted += 1;
  counts.inFlight += 1;
  counts.mostInFlight = Math.max(counts.mostInFlight, counts.inFlight);
  pdu.crowded = options.window !== undefined && counts.inFlight > options.window;
  if (!options.quiet) tell('submit_sm', { session: session.name, pdu: seen(pdu) });
  const ending = pdu.destination_addr.slice(-2);
  if (ending === '96') counts.inFlight -= 1;
  else if (ending === '98') unanswered.push(() => answer(session, pdu));
  else if (options.delayMs) setTimeout(() => answer(session, pdu), options.delayMs);
  else answer(session, pdu);
}

function bound(session, pdu) {
  tell('bind', { command: pdu.command, system_id: pdu.system_id, system_type: pdu.system_type, version: pdu.interface_version });
  if (pdu.system_id === 'mute') return;
  const status = { nobody: 0x0f, busy: 0x0d }[pdu.system_id] || (options.password && pdu.password !== options.password ? 0x0e : 0);
  session.send(pdu.response(status ? { command_status: status } : { system_id: 'peer' }));
  if (status) return;
  session.receives = pdu.command !== 'bind_transmitter';
  session.name = pdu.system_id;
  if (session.receives) owed.splice(0).forEach((each) => (options.receipts === 'asked' ? owed.push(each) : deliver(each)));
}

function served(session) {
  sessions.add(session);
  session.on('error', () => {}); // else a reset ends the process
  session.on('close', () => { sessions.delete(session); tell('close', {}); });
  for (const each of ['bind_transceiver', 'bind_transmitter', 'bind_receiver']) session.on(each, (pdu) => bound(session, pdu));
  session.on('submit_sm', (pdu) => submitted(session, pdu));
  session.on('enquire_link', (pdu) => { tell('enquire_link', {}); session.send(pdu.response()); });
  session.on('enquire_link_resp', () => tell('enquire_link_resp', {}));
  session.on('generic_nack', (pdu) => tell('generic_nack', { command_status: pdu.command_status }));
  session.on('unbind', (pdu) => { tell('unbind', {}); session.send(pdu.response()); session.close(); });
}

const ORDERS = {
  deliver: ({ pdu, body, udh }) => {
    const message = body === undefined ? pdu.short_message : Buffer.from(body, 'hex');
    const short_message = udh === undefined ? message : { udh: Buffer.from(udh, 'hex'), message };
    deliver({ ...pdu, short_message });
  },
  receipts: () => owed.splice(0).forEach((each) => deliver(each)),
  answer: () => unanswered.splice(0).reverse().forEach((each) => each()),
  raw: ({ octets }) => receivers().forEach((each) => each.socket.write(Buffer.from(octets, 'hex'))),
  cut: () => sessions.forEach((each) => each.socket.destroy()),
  unbind: () => sessions.forEach((each) => each.unbind(() => each.close())),
  enquire: () => sessions.forEach((each) => each.enquire_link()),
  count: () => say('count', counts),
};

const { key, cert, ca } = options.tls || {};
const tls = key ? {
  key: fs.readFileSync(key), cert: fs.readFileSync(cert), ...(ca ? { ca: fs.readFileSync(ca), requestCert: true, rejectUnauthorized: true } : {}),
} : {};
const server = smpp.createServer(tls, served);
server.on('tlsClientError', () => {});
server.listen(options.port || 0, '127.0.0.1', () => say('listening', { port: server.address().port }));
readline.createInterface({ input: process.stdin })
  .on('line', (line) => { const order = JSON.parse(line); ORDERS[order.do](order); })
  .on('close', () => process.exit(0));
