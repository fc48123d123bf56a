"""What watches a stage: its log group, alarms with the topic that tells people, and a dashboard of the same figures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from intake_fn.adapters.aws import code_of, translated
from intake_fn.adapters.metrics import (
    BREACHES,
    DEAD_LETTERS,
    DIMENSION,
    LEDGER_DIFFERENCE,
    NAMESPACE,
    OUTBOX_AGE,
    STATE_DIFFERENCES,
    SWEEPS,
)
from intake_fn.core.lazy_dataclass import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICE = "CloudWatch"

OF_LAMBDA = "AWS/Lambda"
MINUTE, HOUR, DAY = 60, 3600, 86_400

OVER, UNDER = "GreaterThanThreshold", "LessThanThreshold"
SILENCE_IS_BAD, SILENCE_IS_FINE, SILENCE_SAYS_NOTHING = "breaching", "notBreaching", "ignore"
"""What no figure means: for counts of what happened, that nothing did. For a measured state it means nothing: an alarm
that ended by itself an hour after a nightly check would mail that all is well."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """An alarm on a figure: over so many periods of so many seconds, `statistic` of it is over or under a threshold."""

    name: str
    metric: str
    statistic: str
    period: int
    periods: int
    comparison: str
    threshold: float
    silence: str
    about: str
    namespace: str = NAMESPACE


ALARMS = (
    Alarm("sweep-not-run", SWEEPS, "Sum", MINUTE * 5, 1, UNDER, 1, SILENCE_IS_BAD, "No sweep for five minutes."),
    Alarm(
        "outbox-age", OUTBOX_AGE, "Maximum", MINUTE * 5, 3, OVER, 900, SILENCE_SAYS_NOTHING, "A delivery waits long."
    ),
    Alarm(
        "dead-letters",
        DEAD_LETTERS,
        "Maximum",
        MINUTE * 5,
        1,
        OVER,
        0,
        SILENCE_SAYS_NOTHING,
        "A delivery was given up.",
    ),
    Alarm(
        "ledger", LEDGER_DIFFERENCE, "Maximum", HOUR, 1, OVER, 0, SILENCE_SAYS_NOTHING, "The ledger does not balance."
    ),
    Alarm(
        "state",
        STATE_DIFFERENCES,
        "Maximum",
        HOUR,
        1,
        OVER,
        0,
        SILENCE_SAYS_NOTHING,
        "A request is not as its log says.",
    ),
    Alarm("breaches", BREACHES, "Sum", MINUTE * 5, 1, OVER, 0, SILENCE_IS_FINE, "A due time has passed."),
    Alarm("errors", "Errors", "Sum", MINUTE * 5, 1, OVER, 0, SILENCE_IS_FINE, "The function failed.", OF_LAMBDA),
    Alarm("throttles", "Throttles", "Sum", MINUTE * 5, 1, OVER, 0, SILENCE_IS_FINE, "Calls were refused.", OF_LAMBDA),
)
"""Each leads to the section of its name in docs/operate/monitoring.md."""


def log_group(function: str) -> str:
    """The log group of a function."""
    return f"/aws/lambda/{function}"


def log_lacks(logs: Any, function: str, days: int) -> list[str]:
    """What the log group lacks, in words. Raises TryLater."""
    name = log_group(function)
    with translated(SERVICE):
        groups = logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    ours = next((group for group in groups if group["logGroupName"] == name), None)
    if ours is None:
        return ["log group"]
    return [] if ours.get("retentionInDays") == days else [f"retention of {days} days"]


def create_log(logs: Any, function: str, days: int, tags: Mapping[str, str]) -> None:
    """Make the log group, which the function may not, and have lines go after so many days."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    with translated(SERVICE):
        try:
            logs.create_log_group(logGroupName=log_group(function), tags=dict(tags))
        except ClientError as error:
            if code_of(error) != "ResourceAlreadyExistsException":
                raise
        logs.put_retention_policy(logGroupName=log_group(function), retentionInDays=days)


def delete_log(logs: Any, function: str) -> None:
    """Delete the log group with its lines."""
    with translated(SERVICE):
        logs.delete_log_group(logGroupName=log_group(function))


def topic_name(function: str) -> str:
    """The topic of a stage's alarms."""
    return f"{function}-alarms"


PENDING = "PendingConfirmation"
"""The ARN of a subscription whose owner has not confirmed it: SNS mails nothing there, and forgets it after a while."""
CONFIRMATION = "confirmation"
NO_TOPIC = "topic"


def topic_lacks(sns: Any, topic: str, address: str) -> list[str]:
    """What the topic of this ARN lacks to tell somebody of alarms, in words. Raises TryLater."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    with translated("SNS"):
        try:
            subscribed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
        except ClientError as error:
            if code_of(error) not in ("NotFound", "NotFoundException"):
                raise
            return [NO_TOPIC]
    told = {one["Endpoint"]: one["SubscriptionArn"] for one in subscribed if one["Protocol"] == "email"}
    if not address or told.get(address, "").startswith("arn:"):
        return []
    return [f"{CONFIRMATION if told.get(address) == PENDING else 'subscription'} of {address}"]


def create_topic(sns: Any, function: str, address: str, tags: Mapping[str, str]) -> None:
    """Make the topic, and subscribe an address, whose owner then confirms it."""
    with translated("SNS"):
        tagged = [{"Key": key, "Value": value} for key, value in tags.items()]
        topic = sns.create_topic(Name=topic_name(function), Tags=tagged)["TopicArn"]
    if address:
        subscribe(sns, topic, address)


def subscribe(sns: Any, topic: str, address: str) -> None:
    """Subscribe an address to the topic of this ARN, which SNS would refuse to make again if its tags have changed."""
    with translated("SNS"):
        sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=address)


def delete_topic(sns: Any, topic: str) -> None:
    """Delete the topic of this ARN with its subscriptions."""
    with translated("SNS"):
        sns.delete_topic(TopicArn=topic)


def described(alarm: Alarm, function: str, topic: str) -> dict[str, Any]:
    """The alarm of a function, as CloudWatch is told."""
    return {
        "AlarmName": f"{function}-{alarm.name}",
        "AlarmDescription": f"{alarm.about} What to do: docs/operate/monitoring.md#{alarm.name}",
        "Namespace": alarm.namespace,
        "MetricName": alarm.metric,
        "Dimensions": [{"Name": DIMENSION, "Value": function}],
        "Statistic": alarm.statistic,
        "Period": alarm.period,
        "EvaluationPeriods": alarm.periods,
        "ComparisonOperator": alarm.comparison,
        "Threshold": float(alarm.threshold),
        "TreatMissingData": alarm.silence,
        "AlarmActions": [topic],
        "OKActions": [topic],
    }


def alarms_lack(cloudwatch: Any, function: str, topic: str) -> list[str]:
    """The names of the alarms that are missing, or are set otherwise. Raises TryLater."""
    with translated(SERVICE):
        found = cloudwatch.describe_alarms(AlarmNamePrefix=f"{function}-")["MetricAlarms"]
    there = {alarm["AlarmName"]: alarm for alarm in found}
    return [
        alarm.name
        for alarm in ALARMS
        if not _is_as(there.get(f"{function}-{alarm.name}", {}), described(alarm, function, topic))
    ]


def create_alarm(cloudwatch: Any, name: str, function: str, topic: str) -> None:
    """Make an alarm of ALARMS, or set it right."""
    alarm = next(alarm for alarm in ALARMS if alarm.name == name)
    with translated(SERVICE):
        cloudwatch.put_metric_alarm(**described(alarm, function, topic))


def delete_alarms(cloudwatch: Any, function: str) -> None:
    """Delete all of ALARMS."""
    with translated(SERVICE):
        cloudwatch.delete_alarms(AlarmNames=[f"{function}-{alarm.name}" for alarm in ALARMS])


def dashboard(function: str, region: str) -> str:
    """The body of the dashboard: a graph for each alarm's figure with its threshold, and one of the calls."""
    own = [
        (alarm.about, alarm.namespace, alarm.metric, alarm.statistic, alarm.period, alarm.threshold) for alarm in ALARMS
    ]
    graphs = [*own, *((about, OF_LAMBDA, name, kind, MINUTE * 5, None) for about, name, kind in CALLS)]
    widgets = [
        {
            "type": "metric",
            "x": 8 * (place % 3),
            "y": 6 * (place // 3),
            "width": 8,
            "height": 6,
            "properties": {
                "title": about,
                "region": region,
                "stat": statistic,
                "period": period,
                "metrics": [[namespace, metric, DIMENSION, function]],
                **({"annotations": {"horizontal": [{"value": threshold}]}} if threshold is not None else {}),
            },
        }
        for place, (about, namespace, metric, statistic, period, threshold) in enumerate(graphs)
    ]
    return json.dumps({"widgets": widgets}, sort_keys=True)


CALLS = (
    ("Calls of the function", "Invocations", "Sum"),
    ("Duration, slowest of twenty (ms)", "Duration", "p95"),
    ("At the same time", "ConcurrentExecutions", "Maximum"),
)
"""What else the dashboard shows of the function, without an alarm."""


def dashboard_lacks(cloudwatch: Any, function: str, region: str) -> list[str]:
    """Whether the dashboard is missing or another one, in words. Raises TryLater."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - loaded with the client

    with translated(SERVICE):
        try:
            body = cloudwatch.get_dashboard(DashboardName=function)["DashboardBody"]
        except ClientError as error:
            if code_of(error) not in ("ResourceNotFound", "DashboardNotFoundError"):
                raise
            return ["dashboard"]
    return [] if json.loads(body) == json.loads(dashboard(function, region)) else ["dashboard of this version"]


def create_dashboard(cloudwatch: Any, function: str, region: str) -> None:
    """Make the dashboard, or set it right."""
    with translated(SERVICE):
        cloudwatch.put_dashboard(DashboardName=function, DashboardBody=dashboard(function, region))


def delete_dashboard(cloudwatch: Any, function: str) -> None:
    """Delete the dashboard."""
    with translated(SERVICE):
        cloudwatch.delete_dashboards(DashboardNames=[function])


def _is_as(there: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    return all(there.get(key) == value for key, value in wanted.items())
