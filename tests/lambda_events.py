"""Events as AWS sends them to the function, by what sends them."""

from __future__ import annotations

import base64
from typing import Any

API = "abc123.execute-api.eu-west-1.amazonaws.com"
FUNCTION_URL = "abc.lambda-url.eu-west-1.on.aws"

BOUNDARY = "----events-of-lambda"


def http_api(method: str, path: str, *, body: bytes = b"", content_type: str = "", host: str = API) -> dict[str, Any]:
    """A request of an HTTP API, payload 2.0; its bodies come as base64."""
    headers = {"host": host, "x-forwarded-for": "203.0.113.7", "x-forwarded-port": "443", "x-forwarded-proto": "https"}
    path, _, query = path.partition("#")[0].partition("?")
    event: dict[str, Any] = {
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers | ({"content-type": content_type} if content_type else {}),
        "requestContext": {
            "accountId": "123456789012",
            "apiId": host.partition(".")[0],
            "domainName": host,
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "e",
            },
            "requestId": "r-http",
            "routeKey": "$default",
            "stage": "$default",
            "time": "12/Mar/2026:19:03:58 +0000",
            "timeEpoch": 1773342238390,
        },
        "isBase64Encoded": False,
    }
    return event | ({"body": base64.b64encode(body).decode(), "isBase64Encoded": True} if body else {})


def function_url(method: str, path: str, *, body: bytes = b"", content_type: str = "") -> dict[str, Any]:
    """A request of a function URL."""
    return http_api(method, path, body=body, content_type=content_type, host=FUNCTION_URL)


def multipart(answers: dict[str, str], name: str, content: bytes) -> tuple[bytes, str]:
    """The body of a form with a file, and its content type, as a browser sends them."""
    fields = "".join(
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in answers.items()
    )
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n'
    whole = f"{fields}{head}Content-Type: application/octet-stream\r\n\r\n".encode() + content
    return whole + f"\r\n--{BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={BOUNDARY}"


def scheduled(function: str) -> dict[str, Any]:
    """What a rule of EventBridge sends that Zappa made for a function."""
    return {
        "version": "0",
        "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": "2026-01-01T00:00:00Z",
        "region": "eu-west-1",
        "resources": [f"arn:aws:events:eu-west-1:123456789012:rule/specdesk-dev-{function}"],
        "detail": {},
        "kwargs": {},
    }


def s3(bucket: str, *keys: str) -> dict[str, Any]:
    """New files in a bucket; their keys come URL-encoded."""
    return {
        "Records": [
            {
                "eventVersion": "2.1",
                "eventSource": "aws:s3",
                "awsRegion": "eu-west-1",
                "eventName": "ObjectCreated:Put",
                "s3": {
                    "s3SchemaVersion": "1.0",
                    "configurationId": "specdesk-dev:on_mail",
                    "bucket": {"name": bucket, "arn": f"arn:aws:s3:::{bucket}"},
                    "object": {"key": key, "size": 10},
                },
            }
            for key in keys
        ]
    }


def sns(message: str) -> dict[str, Any]:
    """A message of a topic."""
    topic = "arn:aws:sns:eu-west-1:123456789012:specdesk-dev-mail"
    return {
        "Records": [
            {
                "EventSource": "aws:sns",
                "EventVersion": "1.0",
                "EventSubscriptionArn": f"{topic}:1",
                "Sns": {"Type": "Notification", "MessageId": "m", "TopicArn": topic, "Message": message},
            }
        ]
    }


SES = {"Records": [{"eventSource": "aws:ses", "eventVersion": "1.0", "ses": {"mail": {"messageId": "m"}}}]}
"""A receipt rule of SES that calls the function itself; ours puts mails into the bucket."""
SQS = {"Records": [{"eventSource": "aws:sqs", "eventSourceARN": "arn:aws:sqs:eu-west-1:1:q", "body": "b"}]}
UNKNOWN: tuple[Any, ...] = ({}, SES, SQS, {"raw_command": "print(1)"}, {"command": "os.getcwd"}, [], None)
"""What nothing here answers."""
