user = "Ada"
