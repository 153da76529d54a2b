"""NB-IoT devices through China Telecom: what CTWing pushes, and what its predecessor did."""
