"""One function for each screen: its body and its buttons, in finished words. Pure."""
