"""The demo community 和睦里: an invented estate, its people, its devices, and what befalls them."""
