"""The words that people write beside numbers which are not their client's; all in lower case."""

#: Words of the longest phrase below.
LONGEST = 3

#: Between a name and its number.
BETWEEN = frozenset(
    {"n°", "nº", "no", "nr", "num", "numéro", "numero", "number", "client", "patient", "de", "du", "la"}
)

#: Names of what is never a number to call, however it is typed.
OFFICIAL = frozenset(
    {
        "siret",
        "siren",
        "rcs",
        "tva",
        "rpps",
        "adeli",
        "finess",
        "nir",
        "nss",
        "sécu",
        "secu",
        "sécurité sociale",
        "iban",
    }
    | {"bic", "rib", "neph", "imei", "ean", "isbn", "vin", "puce", "pin", "passcode", "code pin", "code secret"}
    | {"meeting id", "conference id", "id de réunion", "id de conférence", "conférence"}
)

#: Names of what may stand beside a number that somebody forgot to name.
IDENTIFIERS = frozenset(
    {"ref", "réf", "réfs", "référence", "reference", "dossier", "dossiers", "commande", "commandes", "cmd", "bc", "bl"}
    | {"facture", "factures", "ticket", "tracking", "matricule", "badge", "adhérent", "id", "identifiant", "code"}
    | {"digicode", "interphone", "portail", "alarme", "coffre", "mot de passe", "mdp", "password", "naf", "amo", "wifi"}
    | {"code d'accès", "code porte", "code portail", "code entrée", "code immeuble", "immat", "immatriculation"}
    | {"série", "serial", "s/n", "passeport", "cni", "billet", "pnr", "order", "invoice", "tatouage", "icad"}
    | {"pedido", "expediente", "ordine", "pratica", "fattura", "codice", "bestellung", "auftrag", "rechnung"}
    | {"aktenzeichen", "kundennummer", "case", "account", "policy"}
)

#: Such names that are appointments, too.
APPOINTMENTS = frozenset(
    {"devis", "avoir", "colis", "suivi", "contrat", "police", "sinistre", "compte", "clé", "clés", "clef", "permis"}
    | {"lot", "réservation", "reservation", "vol", "booking"}
)

#: Who answers where a client does not, and what may stand between that and the number.
DESKS = frozenset(
    {"cabinet", "secrétariat", "secretariat", "standard", "accueil", "salon", "garage", "agence", "bureau", "hotline"}
    | {"support", "fax", "ambulance", "taxi", "vsl", "voisin", "voisine", "gardien", "gardienne", "concierge"}
    | {"urgence"}
)
TO_A_DESK = frozenset({"au", "le", "tel", "tél", "téléphone"})

#: Said to the client who is to call, or about a number that is his no more.
SOMEBODY_ELSES = frozenset(
    {"appelez", "contactez", "téléphonez", "telephonez", "prévenez", "prevenez", "composez", "joignez", "nous appeler"}
    | {"nous contacter", "nous joindre", "nous prévenir", "nous prevenir", "nous téléphoner", "nous rappeler"}
    | {"pour annuler", "pour déplacer", "pour modifier", "pour reporter", "pour décommander", "cas d'empêchement"}
    | {"cas d'annulation", "cas d'absence", "cas d'urgence", "cas d'imprévu", "si vous", "notre numéro"}
    | {"notre standard", "notre cabinet", "ancien", "ancienne", "faux numéro", "mauvais numéro", "ne plus appeler"}
    | {"ne pas appeler", "ne plus utiliser", "ne pas utiliser", "ne plus contacter", "ne pas contacter"}
    | {"call us", "contact us", "reach us", "text us", "to cancel", "to reschedule", "if you", "old number"}
    | {"old mobile", "old phone", "wrong number", "do not call", "do not use", "do not text", "don't call"}
    | {"don't use", "don't text"}
)
SOMEBODY_ELSES_AFTER = (
    *("ancien", "old", "plus valable", "ne fonctionne plus", "hors service", "secrétariat", "cabinet)", "standard"),
)

#: What only invitations to conferences say.
CONFERENCE = (
    *("meet.google", "tel.meet", "zoom.us", "teams.microsoft", "teams.live", "aka.ms", "webex", "gotomeet", "goto.com"),
    *("lync", "skype", "whereby.com", "bluejeans", "chime.aws", "jitsi", "livestorm", "google meet", "microsoft teams"),
    *("zoom meeting", "réunion zoom", "réunion teams", "meeting zoom", "visio zoom", "visio teams", "teams meeting"),
    *("join zoom", "meeting id", "meeting number", "meeting link", "id de réunion", "id de la réunion", "id riunione"),
    *("numéro de la réunion", "identifiant de réunion", "id de conférence", "n° de conférence", "n° de la conférence"),
    *("conference id", "phone conference", "conférence téléphonique", "audioconf", "audio conf", "pont audio"),
    *("access code", "code d'accès", "passcode", "code secret", "code pin", "pin:", "pin :", "dial in", "dial-in"),
    *("or dial", "dial by", "one tap", "join by", "join from", "join with", "call in (", "composez le", "composer le"),
    *("composez un", "par téléphone", "rejoindre la", "rejoindre par", "rejoindre avec", "rejoignez", "participer à"),
    *("participer par", "participez", "find a local", "find your local", "local number", "numéro local"),
    *("numéros locaux", "more phone numbers", "autres numéros", "plus de numéros", "toll free", "toll-free", " toll"),
    *("sans frais", "audio uniquement", "audio only", "reset pin", "réinitialiser", "meeting options"),
    *("options de réunion", "ne modifiez pas cette section", "please do not edit this section", "besprechungs-id"),
    *("telefonkonferenz", "id de reunión"),
)
