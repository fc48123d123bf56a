"""All ports of one table together."""

from __future__ import annotations

from dataclasses import dataclass

from intake_fn.adapters.dynamodb.cases import DynamoCases
from intake_fn.adapters.dynamodb.clause_answers import DynamoClauseAnswers
from intake_fn.adapters.dynamodb.counters import DynamoCounters
from intake_fn.adapters.dynamodb.erasures import DynamoErasures
from intake_fn.adapters.dynamodb.figures import DynamoFigures
from intake_fn.adapters.dynamodb.inbound import DynamoInboundMails
from intake_fn.adapters.dynamodb.mail_state import DynamoMailState
from intake_fn.adapters.dynamodb.meetings import DynamoMeetings
from intake_fn.adapters.dynamodb.outbox import DynamoOutbox
from intake_fn.adapters.dynamodb.presence import DynamoPresence
from intake_fn.adapters.dynamodb.search_index import DynamoSearchIndex
from intake_fn.adapters.dynamodb.sessions import DynamoSessions
from intake_fn.adapters.dynamodb.sync_state import DynamoSyncState
from intake_fn.adapters.dynamodb.views import DynamoViews


@dataclass
class DynamoStore(
    DynamoCases,
    DynamoFigures,
    DynamoOutbox,
    DynamoCounters,
    DynamoMailState,
    DynamoSyncState,
    DynamoSessions,
    DynamoMeetings,
    DynamoClauseAnswers,
    DynamoSearchIndex,
    DynamoViews,
    DynamoPresence,
    DynamoInboundMails,
    DynamoErasures,
):
    """Every port that stands in one table, for the levels and the reports' zone of one process."""
