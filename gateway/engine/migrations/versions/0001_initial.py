"""Schema version 0001: initial."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("slug", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("holiday_region", sa.String(length=8), nullable=True),
        sa.Column("time_zone", sa.String(length=60), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("foreign_policy", sa.String(), nullable=False),
        sa.Column("stop_in_alerts", sa.Boolean(), nullable=False),
        sa.Column("low_credit_units", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account")),
        sa.UniqueConstraint("slug", name=op.f("uq_account_slug")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.create_index("ix_account_parent_id", ["parent_id"], unique=False)

    op.create_table(
        "alert",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("threshold", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "kind", "subject_id", "threshold", name=op.f("pk_alert")),
    )
    op.create_table(
        "app_password",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("password_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "password_id", name=op.f("pk_app_password")),
        sa.UniqueConstraint("login", name=op.f("uq_app_password_login")),
    )
    op.create_table(
        "audit_entry",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "entry_id", name=op.f("pk_audit_entry")),
    )
    op.create_table(
        "auto_top_up",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("pack", sa.String(length=80), nullable=False),
        sa.Column("below_units", sa.BigInteger(), nullable=False),
        sa.Column("most_a_month", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_auto_top_up")),
    )
    op.create_table(
        "balance",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("credit_units", sa.BigInteger(), nullable=False),
        sa.Column("fair_tag", sa.BigInteger(), nullable=False),
        sa.Column("weight", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_balance")),
        postgresql_with={"fillfactor": 50},
    )
    op.create_table(
        "billing_letter",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("letter_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("parked_until", sa.BigInteger(), nullable=True),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("claim_epoch", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("park_reason", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "letter_id", name=op.f("pk_billing_letter")),
        sa.UniqueConstraint("letter_id", name=op.f("uq_billing_letter_letter_id")),
    )
    with op.batch_alter_table("billing_letter", schema=None) as batch_op:
        batch_op.create_index("ix_billing_letter_parked_until", ["parked_until"], unique=False)

    op.create_table(
        "billing_profile",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("legal_name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.JSON(), nullable=False),
        sa.Column("postcode", sa.String(length=20), nullable=False),
        sa.Column("city", sa.String(length=100), nullable=False),
        sa.Column("territory", sa.String(length=2), nullable=False),
        sa.Column("siren", sa.String(length=9), nullable=True),
        sa.Column("vat_number", sa.String(length=20), nullable=True),
        sa.Column("vat_number_valid", sa.Boolean(), nullable=False),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("accepted_terms", sa.String(length=40), nullable=True),
        sa.Column("accepted_at", sa.BigInteger(), nullable=True),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("suspended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_billing_profile")),
    )
    with op.batch_alter_table("billing_profile", schema=None) as batch_op:
        batch_op.create_index("ix_billing_profile_siren", ["siren"], unique=False)

    op.create_table(
        "collection",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("collection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("collection_key", sa.String(length=120), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=True),
        sa.Column("customer_ref", sa.String(length=80), nullable=True),
        sa.Column("method_ref", sa.String(length=80), nullable=True),
        sa.Column("ref", sa.String(length=80), nullable=True),
        sa.Column("code", sa.String(length=80), nullable=True),
        sa.Column("hopeless", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("ended_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "collection_id", name=op.f("pk_collection")),
        sa.UniqueConstraint(
            "account_id", "invoice_id", "attempt", name=op.f("uq_collection_account_id_invoice_id_attempt")
        ),
        sa.UniqueConstraint("collection_key", name=op.f("uq_collection_collection_key")),
    )
    op.create_table(
        "collection_job",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("collection_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("parked_until", sa.BigInteger(), nullable=True),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("claim_epoch", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("park_reason", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "collection_id", name=op.f("pk_collection_job")),
    )
    with op.batch_alter_table("collection_job", schema=None) as batch_op:
        batch_op.create_index("ix_collection_job_parked_until", ["parked_until"], unique=False)

    op.create_table(
        "credit_cap",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("spent_units", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_credit_cap")),
    )
    op.create_table(
        "credit_lot",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lot_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("units_granted", sa.BigInteger(), nullable=False),
        sa.Column("units_left", sa.BigInteger(), nullable=False),
        sa.Column("activated_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "lot_id", name=op.f("pk_credit_lot")),
    )
    with op.batch_alter_table("credit_lot", schema=None) as batch_op:
        batch_op.create_index("ix_credit_lot_expires_at", ["expires_at"], unique=False)

    op.create_table(
        "customer_order",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("order_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("terms_version", sa.String(length=40), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("ordered_at", sa.BigInteger(), nullable=False),
        sa.Column("fees_told_cents", sa.BigInteger(), nullable=False),
        sa.Column("agreed_at", sa.BigInteger(), nullable=True),
        sa.Column("signed_at", sa.BigInteger(), nullable=True),
        sa.Column("usable_from", sa.BigInteger(), nullable=True),
        sa.Column("invoice_id", sa.BigInteger(), nullable=True),
        sa.Column("lot_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "order_id", name=op.f("pk_customer_order")),
    )
    with op.batch_alter_table("customer_order", schema=None) as batch_op:
        batch_op.create_index("ix_customer_order_invoice", ["account_id", "invoice_id"], unique=False)

    op.create_table(
        "daily_count",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sender_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "sender_id", "day", name=op.f("pk_daily_count")),
    )
    op.create_table(
        "destination_authorisation",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("destination", sa.String(length=2), nullable=False),
        sa.Column("units_per_part", sa.Integer(), nullable=True),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "destination", name=op.f("pk_destination_authorisation")),
    )
    op.create_table(
        "early_receipt",
        sa.Column("carrier", sa.String(length=20), nullable=False),
        sa.Column("carrier_ref", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("carrier", "carrier_ref", name=op.f("pk_early_receipt")),
    )
    op.create_table(
        "incident",
        sa.Column("incident_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("carrier", sa.String(length=40), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("recorded_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", name=op.f("pk_incident")),
    )
    op.create_table(
        "intake",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("dedup_key", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "origin", "dedup_key", name=op.f("pk_intake")),
    )
    with op.batch_alter_table("intake", schema=None) as batch_op:
        batch_op.create_index("ix_intake_at", ["at"], unique=False)

    op.create_table(
        "invoice",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("invoice_key", sa.String(length=120), nullable=False),
        sa.Column("series", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("net_cents", sa.BigInteger(), nullable=False),
        sa.Column("tax_cents", sa.BigInteger(), nullable=False),
        sa.Column("gross_cents", sa.BigInteger(), nullable=False),
        sa.Column("prepaid_cents", sa.BigInteger(), nullable=False),
        sa.Column("due_cents", sa.BigInteger(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("buyer", sa.JSON(), nullable=False),
        sa.Column("corrects_id", sa.BigInteger(), nullable=True),
        sa.Column("subscription_id", sa.BigInteger(), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "invoice_id", name=op.f("pk_invoice")),
        sa.UniqueConstraint("account_id", "invoice_key", name=op.f("uq_invoice_account_id_invoice_key")),
        sa.UniqueConstraint("series", "number", name=op.f("uq_invoice_series_number")),
    )
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.create_index("ix_invoice_due_on", ["state", "due_on"], unique=False)

    op.create_table(
        "invoice_series",
        sa.Column("series", sa.String(length=10), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("series", name=op.f("pk_invoice_series")),
    )
    op.create_table(
        "job",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("fair_tag", sa.BigInteger(), nullable=False),
        sa.Column("parked_until", sa.BigInteger(), nullable=True),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("claim_epoch", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("park_reason", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "message_id", name=op.f("pk_job")),
        postgresql_with={"fillfactor": 70, "autovacuum_vacuum_scale_factor": 0.01, "autovacuum_vacuum_cost_delay": 0},
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(
            "ix_job_parked",
            ["parked_until"],
            unique=False,
            sqlite_where=sa.text("parked_until IS NOT NULL"),
            postgresql_where=sa.text("parked_until IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_job_ready",
            ["lane", "fair_tag"],
            unique=False,
            sqlite_where=sa.text("parked_until IS NULL"),
            postgresql_where=sa.text("parked_until IS NULL"),
        )

    op.create_table(
        "lane",
        sa.Column("lane", sa.String(length=40), nullable=False),
        sa.Column("rate_per_s", sa.Float(), nullable=True),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("spent_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("lane", name=op.f("pk_lane")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("entry_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.BigInteger(), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "entry_id", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint(
            "account_id", "message_id", "kind", "lot_id", name=op.f("uq_ledger_entry_account_id_message_id_kind_lot_id")
        ),
    )
    op.create_table(
        "mail",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mail_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sender_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("return_to", sa.String(length=320), nullable=False),
        sa.Column("message_header", sa.String(length=998), nullable=True),
        sa.Column("references_header", sa.String(length=4000), nullable=True),
        sa.Column("subject", sa.String(length=500), nullable=True),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "mail_id", name=op.f("pk_mail")),
    )
    op.create_table(
        "manual_payment",
        sa.Column("payment_key", sa.String(length=200), nullable=False),
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("customer_ref", sa.String(length=80), nullable=False),
        sa.Column("refund_of", sa.String(length=40), nullable=True),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("means", sa.String(), nullable=True),
        sa.Column("settled_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("payment_key", name=op.f("pk_manual_payment")),
        sa.UniqueConstraint("reference", name=op.f("uq_manual_payment_reference")),
    )
    with op.batch_alter_table("manual_payment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_manual_payment_refund_of"), ["refund_of"], unique=False)

    op.create_table(
        "manual_setup",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("setup_key", sa.String(length=200), nullable=False),
        sa.Column("customer_ref", sa.String(length=80), nullable=False),
        sa.Column("means", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_manual_setup")),
        sa.UniqueConstraint("setup_key", name=op.f("uq_manual_setup_setup_key")),
    )
    op.create_table(
        "message",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("payer_id", sa.BigInteger(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("origin_id", sa.BigInteger(), nullable=False),
        sa.Column("sender_id", sa.BigInteger(), nullable=False),
        sa.Column("message_class", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("recipient", sa.String(length=20), nullable=False),
        sa.Column("destination", sa.String(length=2), nullable=True),
        sa.Column("display", sa.String(length=16), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("alphabet", sa.String(), nullable=True),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("lot_ids", sa.JSON(), nullable=False),
        sa.Column("notify", sa.String(), nullable=False),
        sa.Column("held_until", sa.BigInteger(), nullable=True),
        sa.Column("carrier", sa.String(length=20), nullable=True),
        sa.Column("carrier_ref", sa.String(length=80), nullable=True),
        sa.Column("carrier_code", sa.String(length=20), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("submitted_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "message_id", name=op.f("pk_message")),
    )
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.create_index("ix_message_carrier_ref", ["carrier", "carrier_ref"], unique=False)
        batch_op.create_index("ix_message_origin_id", ["account_id", "origin_id"], unique=False)

    op.create_table(
        "notice",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("notice_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("origin_id", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("news", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("parked_until", sa.BigInteger(), nullable=True),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("claim_epoch", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("park_reason", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "notice_id", name=op.f("pk_notice")),
    )
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.create_index("ix_notice_parked", ["parked_until", "created_at"], unique=False)

    op.create_table(
        "payment",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("payment_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "payment_id", name=op.f("pk_payment")),
        sa.UniqueConstraint("account_id", "ref", name=op.f("uq_payment_account_id_ref")),
    )
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.create_index("ix_payment_invoice", ["account_id", "invoice_id"], unique=False)

    op.create_table(
        "payment_method",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("method_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("customer_ref", sa.String(length=80), nullable=False),
        sa.Column("method_ref", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("means", sa.String(), nullable=False),
        sa.Column("noted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "method_id", name=op.f("pk_payment_method")),
    )
    op.create_table(
        "payment_setup",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("setup_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("customer_ref", sa.String(length=80), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("begun_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "setup_id", name=op.f("pk_payment_setup")),
        sa.UniqueConstraint("provider", "reference", name=op.f("uq_payment_setup_provider_reference")),
    )
    op.create_table(
        "postpaid_agreement",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("agreement_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("provision_left_cents", sa.BigInteger(), nullable=False),
        sa.Column("next_invoice_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "agreement_id", name=op.f("pk_postpaid_agreement")),
    )
    with op.batch_alter_table("postpaid_agreement", schema=None) as batch_op:
        batch_op.create_index("ix_postpaid_agreement_next_invoice_at", ["next_invoice_at"], unique=False)

    op.create_table(
        "postpaid_use",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("agreement_id", sa.BigInteger(), nullable=False),
        sa.Column("destination", sa.String(length=2), nullable=False),
        sa.Column("units", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "message_id", "kind", name=op.f("pk_postpaid_use")),
    )
    with op.batch_alter_table("postpaid_use", schema=None) as batch_op:
        batch_op.create_index("ix_postpaid_use_invoice", ["account_id", "invoice_id"], unique=False)
        batch_op.create_index(
            "ix_postpaid_use_open",
            ["account_id", "at"],
            unique=False,
            sqlite_where=sa.text("invoice_id IS NULL"),
            postgresql_where=sa.text("invoice_id IS NULL"),
        )

    op.create_table(
        "price_revision",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("revision_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("item", sa.String(length=80), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("notified_on", sa.Date(), nullable=False),
        sa.Column("applies_on", sa.Date(), nullable=False),
        sa.Column("refused_on", sa.Date(), nullable=True),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("adjusted_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "revision_id", name=op.f("pk_price_revision")),
    )
    with op.batch_alter_table("price_revision", schema=None) as batch_op:
        batch_op.create_index("ix_price_revision_applies_on", ["applies_on"], unique=False)

    op.create_table(
        "process",
        sa.Column("node", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("host", sa.String(length=120), nullable=False),
        sa.Column("pid", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("node", name=op.f("pk_process")),
    )
    op.create_table(
        "sandbox_charge",
        sa.Column("charge_key", sa.String(length=200), nullable=False),
        sa.Column("charge_ref", sa.String(length=40), nullable=False),
        sa.Column("customer_ref", sa.String(length=80), nullable=False),
        sa.Column("method_ref", sa.String(length=80), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("hard", sa.Boolean(), nullable=False),
        sa.Column("ends_as", sa.String(), nullable=True),
        sa.Column("ends_at", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("charge_key", name=op.f("pk_sandbox_charge")),
        sa.UniqueConstraint("charge_ref", name=op.f("uq_sandbox_charge_charge_ref")),
    )
    with op.batch_alter_table("sandbox_charge", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sandbox_charge_ends_at",
            ["ends_at"],
            unique=False,
            sqlite_where=sa.text("told_at IS NULL"),
            postgresql_where=sa.text("told_at IS NULL"),
        )

    op.create_table(
        "sandbox_refund",
        sa.Column("refund_key", sa.String(length=200), nullable=False),
        sa.Column("refund_ref", sa.String(length=40), nullable=False),
        sa.Column("charge_ref", sa.String(length=40), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("refund_key", name=op.f("pk_sandbox_refund")),
        sa.UniqueConstraint("refund_ref", name=op.f("uq_sandbox_refund_refund_ref")),
    )
    with op.batch_alter_table("sandbox_refund", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sandbox_refund_charge_ref"), ["charge_ref"], unique=False)

    op.create_table(
        "sandbox_setup",
        sa.Column("reference", sa.String(length=40), nullable=False),
        sa.Column("setup_key", sa.String(length=200), nullable=False),
        sa.Column("customer_ref", sa.String(length=80), nullable=False),
        sa.Column("card", sa.String(length=2), nullable=True),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_sandbox_setup")),
        sa.UniqueConstraint("setup_key", name=op.f("uq_sandbox_setup_setup_key")),
    )
    op.create_table(
        "sandbox_sms",
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("recipient", sa.String(length=20), nullable=False),
        sa.Column("display", sa.String(length=16), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("parts", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("receipt_state", sa.String(), nullable=False),
        sa.Column("receipt_due_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("reference", name=op.f("pk_sandbox_sms")),
    )
    with op.batch_alter_table("sandbox_sms", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sandbox_sms_receipt_due_at",
            ["receipt_due_at"],
            unique=False,
            sqlite_where=sa.text("receipt_due_at IS NOT NULL"),
            postgresql_where=sa.text("receipt_due_at IS NOT NULL"),
        )

    op.create_table(
        "secret",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("key_id", sa.String(length=16), nullable=False),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "owner", name=op.f("pk_secret")),
    )
    with op.batch_alter_table("secret", schema=None) as batch_op:
        batch_op.create_index("ix_secret_key_id", ["key_id"], unique=False)

    op.create_table(
        "sender",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sender_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("value", sa.String(length=320), nullable=False),
        sa.Column("display", sa.String(length=11), nullable=True),
        sa.Column("content", sa.String(), nullable=False),
        sa.Column("encoding", sa.String(), nullable=False),
        sa.Column("max_parts", sa.Integer(), nullable=False),
        sa.Column("notify", sa.String(), nullable=False),
        sa.Column("default_class", sa.String(), nullable=False),
        sa.Column("daily_cap", sa.Integer(), nullable=True),
        sa.Column("end_marker", sa.String(length=40), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "sender_id", name=op.f("pk_sender")),
        sa.UniqueConstraint("account_id", "kind", "value", name=op.f("uq_sender_account_id_kind_value")),
    )
    with op.batch_alter_table("sender", schema=None) as batch_op:
        batch_op.create_index("ix_sender_value", ["value", "kind"], unique=False)

    op.create_table(
        "spool",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("mail_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("envelope", sa.JSON(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("parked_until", sa.BigInteger(), nullable=True),
        sa.Column("claimed_by", sa.BigInteger(), nullable=True),
        sa.Column("claim_epoch", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("park_reason", sa.String(length=40), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "mail_id", name=op.f("pk_spool")),
    )
    with op.batch_alter_table("spool", schema=None) as batch_op:
        batch_op.create_index(
            "ix_spool_parked",
            ["parked_until"],
            unique=False,
            sqlite_where=sa.text("parked_until IS NOT NULL"),
            postgresql_where=sa.text("parked_until IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_spool_ready",
            ["mail_id"],
            unique=False,
            sqlite_where=sa.text("parked_until IS NULL"),
            postgresql_where=sa.text("parked_until IS NULL"),
        )

    op.create_table(
        "subscription",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("subscription_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "subscription_id", name=op.f("pk_subscription")),
    )
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.create_index("ix_subscription_next_at", ["next_at", "account_id"], unique=False)
        batch_op.create_index(
            "uq_subscription_running",
            ["account_id"],
            unique=True,
            sqlite_where=sa.text("state != 'ended'"),
            postgresql_where=sa.text("state != 'ended'"),
        )

    op.create_table(
        "suppression",
        sa.Column("account_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recipient", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=40), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "recipient", name=op.f("pk_suppression")),
    )
    op.create_table(
        "webhook_seen",
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("event_id", sa.String(length=255), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("provider", "event_id", name=op.f("pk_webhook_seen")),
    )


def downgrade() -> None:
    op.drop_table("webhook_seen")
    op.drop_table("suppression")
    with op.batch_alter_table("subscription", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_subscription_running",
            sqlite_where=sa.text("state != 'ended'"),
            postgresql_where=sa.text("state != 'ended'"),
        )
        batch_op.drop_index("ix_subscription_next_at")

    op.drop_table("subscription")
    with op.batch_alter_table("spool", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_spool_ready",
            sqlite_where=sa.text("parked_until IS NULL"),
            postgresql_where=sa.text("parked_until IS NULL"),
        )
        batch_op.drop_index(
            "ix_spool_parked",
            sqlite_where=sa.text("parked_until IS NOT NULL"),
            postgresql_where=sa.text("parked_until IS NOT NULL"),
        )

    op.drop_table("spool")
    with op.batch_alter_table("sender", schema=None) as batch_op:
        batch_op.drop_index("ix_sender_value")

    op.drop_table("sender")
    with op.batch_alter_table("secret", schema=None) as batch_op:
        batch_op.drop_index("ix_secret_key_id")

    op.drop_table("secret")
    with op.batch_alter_table("sandbox_sms", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_sandbox_sms_receipt_due_at",
            sqlite_where=sa.text("receipt_due_at IS NOT NULL"),
            postgresql_where=sa.text("receipt_due_at IS NOT NULL"),
        )

    op.drop_table("sandbox_sms")
    op.drop_table("sandbox_setup")
    with op.batch_alter_table("sandbox_refund", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sandbox_refund_charge_ref"))

    op.drop_table("sandbox_refund")
    with op.batch_alter_table("sandbox_charge", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_sandbox_charge_ends_at",
            sqlite_where=sa.text("told_at IS NULL"),
            postgresql_where=sa.text("told_at IS NULL"),
        )

    op.drop_table("sandbox_charge")
    op.drop_table("process")
    with op.batch_alter_table("price_revision", schema=None) as batch_op:
        batch_op.drop_index("ix_price_revision_applies_on")

    op.drop_table("price_revision")
    with op.batch_alter_table("postpaid_use", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_postpaid_use_open",
            sqlite_where=sa.text("invoice_id IS NULL"),
            postgresql_where=sa.text("invoice_id IS NULL"),
        )
        batch_op.drop_index("ix_postpaid_use_invoice")

    op.drop_table("postpaid_use")
    with op.batch_alter_table("postpaid_agreement", schema=None) as batch_op:
        batch_op.drop_index("ix_postpaid_agreement_next_invoice_at")

    op.drop_table("postpaid_agreement")
    op.drop_table("payment_setup")
    op.drop_table("payment_method")
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index("ix_payment_invoice")

    op.drop_table("payment")
    with op.batch_alter_table("notice", schema=None) as batch_op:
        batch_op.drop_index("ix_notice_parked")

    op.drop_table("notice")
    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_index("ix_message_origin_id")
        batch_op.drop_index("ix_message_carrier_ref")

    op.drop_table("message")
    op.drop_table("manual_setup")
    with op.batch_alter_table("manual_payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_manual_payment_refund_of"))

    op.drop_table("manual_payment")
    op.drop_table("mail")
    op.drop_table("ledger_entry")
    op.drop_table("lane")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_job_ready",
            sqlite_where=sa.text("parked_until IS NULL"),
            postgresql_where=sa.text("parked_until IS NULL"),
        )
        batch_op.drop_index(
            "ix_job_parked",
            sqlite_where=sa.text("parked_until IS NOT NULL"),
            postgresql_where=sa.text("parked_until IS NOT NULL"),
        )

    op.drop_table("job")
    op.drop_table("invoice_series")
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.drop_index("ix_invoice_due_on")

    op.drop_table("invoice")
    with op.batch_alter_table("intake", schema=None) as batch_op:
        batch_op.drop_index("ix_intake_at")

    op.drop_table("intake")
    op.drop_table("incident")
    op.drop_table("early_receipt")
    op.drop_table("destination_authorisation")
    op.drop_table("daily_count")
    with op.batch_alter_table("customer_order", schema=None) as batch_op:
        batch_op.drop_index("ix_customer_order_invoice")

    op.drop_table("customer_order")
    with op.batch_alter_table("credit_lot", schema=None) as batch_op:
        batch_op.drop_index("ix_credit_lot_expires_at")

    op.drop_table("credit_lot")
    op.drop_table("credit_cap")
    with op.batch_alter_table("collection_job", schema=None) as batch_op:
        batch_op.drop_index("ix_collection_job_parked_until")

    op.drop_table("collection_job")
    op.drop_table("collection")
    with op.batch_alter_table("billing_profile", schema=None) as batch_op:
        batch_op.drop_index("ix_billing_profile_siren")

    op.drop_table("billing_profile")
    with op.batch_alter_table("billing_letter", schema=None) as batch_op:
        batch_op.drop_index("ix_billing_letter_parked_until")

    op.drop_table("billing_letter")
    op.drop_table("balance")
    op.drop_table("auto_top_up")
    op.drop_table("audit_entry")
    op.drop_table("app_password")
    op.drop_table("alert")
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_index("ix_account_parent_id")

    op.drop_table("account")
