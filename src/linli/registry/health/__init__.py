"""How well devices are: looked at each hour, told with reasons, remembered until it is over."""
