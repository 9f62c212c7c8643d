"""How bytes leave the house and come in: folders, webhooks, SOAP. It knows no database and reads no message."""
