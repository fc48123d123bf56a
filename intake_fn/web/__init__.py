"""The pages: forms for requesters, the desk for engineers, the JSON API. They decide nothing."""
