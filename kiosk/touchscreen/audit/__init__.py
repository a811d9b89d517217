"""Draws every screen for everybody, without a display, and names what somebody would stumble over.

`combinations` says what is drawn, `gallery` draws it, `faults` and `contrast` judge it, `sheet`
puts pictures side by side for the eye. One process for one panel: Kivy has one window in each.
"""
