"""The numbers of SMPP 3.4 that a client meets (specification issue 1.2, chapters 4 and 5)."""

from enum import IntEnum

#: An answer is its request's number with this bit.
ANSWER = 0x80000000


class Command(IntEnum):
    """What a PDU is (5.1.2.1)."""

    BIND_RECEIVER = 0x01
    BIND_TRANSMITTER = 0x02
    SUBMIT_SM = 0x04
    DELIVER_SM = 0x05
    UNBIND = 0x06
    BIND_TRANSCEIVER = 0x09
    OUTBIND = 0x0B
    ENQUIRE_LINK = 0x15
    ALERT_NOTIFICATION = 0x102
    DATA_SM = 0x103
    GENERIC_NACK = 0x80000000
    BIND_RECEIVER_RESP = 0x80000001
    BIND_TRANSMITTER_RESP = 0x80000002
    SUBMIT_SM_RESP = 0x80000004
    DELIVER_SM_RESP = 0x80000005
    UNBIND_RESP = 0x80000006
    BIND_TRANSCEIVER_RESP = 0x80000009
    ENQUIRE_LINK_RESP = 0x80000015
    DATA_SM_RESP = 0x80000103


class Status(IntEnum):
    """The values of command_status (5.1.3) that have to be named; all others are only classed."""

    OK = 0x00
    INVALID_MESSAGE_LENGTH = 0x01
    INVALID_COMMAND_LENGTH = 0x02
    INVALID_COMMAND = 0x03
    WRONG_BIND_STATE = 0x04
    SYSTEM_ERROR = 0x08
    THROTTLED = 0x58
    TEMPORARY_APPLICATION_ERROR = 0x64  # ESME_RX_T_APPN: deliver it again later
    INVALID_OPTIONAL_PART = 0xC0
    UNKNOWN_ERROR = 0xFF


class Tag(IntEnum):
    """Optional parameters, TLVs (5.3.2)."""

    RECEIPTED_MESSAGE_ID = 0x001E
    USER_MESSAGE_REFERENCE = 0x0204
    SAR_REFERENCE = 0x020C
    SAR_TOTAL = 0x020E
    SAR_NUMBER = 0x020F
    NETWORK_ERROR_CODE = 0x0423
    MESSAGE_PAYLOAD = 0x0424
    MESSAGE_STATE = 0x0427


class Ton(IntEnum):
    """Kind of an address (5.2.5)."""

    UNKNOWN = 0
    INTERNATIONAL = 1
    NETWORK = 3  # short codes
    ALPHANUMERIC = 5


class Npi(IntEnum):
    """Numbering plan of an address (5.2.6)."""

    UNKNOWN = 0
    E164 = 1


#: esm_class (5.2.12): the body begins with a user data header.
UDH_INDICATOR = 0x40
#: esm_class: the bits that say what a deliver_sm is, and two of their values.
MESSAGE_TYPE = 0x3C
RECEIPT = 0x04
INTERMEDIATE = 0x20

#: registered_delivery (5.2.17): a receipt for whatever becomes of it.
RECEIPT_WANTED = 0x01
