"""The deployments: when each flow runs, in Asia/Shanghai, never twice at a time.

python -m policymine_flows.deployments            # serves them against PREFECT_API_URL until stopped
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from prefect import Flow, serve
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment

from .nightly import nightly
from .remine import remine

TIMEZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One flow with its schedule, parameters and tags."""

    flow: Flow[..., Any]
    name: str
    cron: str
    parameters: dict[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()

    def build(self) -> RunnerDeployment:
        """The deployment as Prefect takes it: one run at a time, a second one is cancelled."""
        built = self.flow.to_deployment(
            name=self.name,
            schedules=[CronSchedule(cron=self.cron, timezone=TIMEZONE)],
            parameters=self.parameters,
            tags=["policymine", *self.tags],
            concurrency_limit=ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW),
        )
        assert isinstance(built, RunnerDeployment)
        return built


DEPLOYMENTS = (
    Deployment(nightly, "every-night", "30 2 * * *", tags=("crawl",)),
    Deployment(remine, "every-sunday", "0 5 * * 0", tags=("rules",)),
)


def main() -> None:
    """Serves every deployment from this process."""
    serve(*(deployment.build() for deployment in DEPLOYMENTS))


if __name__ == "__main__":
    main()
