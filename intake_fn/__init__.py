"""The intake: takes requests, has them judged, files them and follows them up."""
