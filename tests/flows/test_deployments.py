"""Every deployment fits its flow: parameters, schedule, one run at a time, tags."""

import inspect

import pytest
from policymine_flows.deployments import DEPLOYMENTS, TIMEZONE, Deployment
from prefect.client.schemas.objects import ConcurrencyLimitStrategy


@pytest.mark.parametrize("deployment", DEPLOYMENTS, ids=lambda d: d.name)
def test_deployment(deployment: Deployment) -> None:
    signature = inspect.signature(deployment.flow.fn)
    signature.bind(**deployment.parameters)  # raises when a parameter is unknown or missing
    built = deployment.build()
    (schedule,) = built.schedules
    assert schedule.schedule.timezone == TIMEZONE == "Asia/Shanghai"
    assert built.concurrency_limit == 1
    assert built.concurrency_options.collision_strategy == ConcurrencyLimitStrategy.CANCEL_NEW
    assert "policymine" in built.tags


def test_a_wrong_parameter_would_be_seen() -> None:
    planted = Deployment(DEPLOYMENTS[0].flow, "planted", "0 0 * * *", {"no_such": 1})
    with pytest.raises(TypeError):
        inspect.signature(planted.flow.fn).bind(**planted.parameters)
