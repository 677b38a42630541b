"""The one door that every SMS goes through: policy, price, charge, queue, carrier, receipt."""
