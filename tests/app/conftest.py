"""Pages are tested in this process, without a cluster. Tests that start a process or a server have the real engine."""

from collections.abc import Iterator

import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import script_runner
from streamlit.testing.v1 import AppTest

from cnn_core.ui.kit import services
from tests.support.pages import APP
from tests.support.runs import forget_active
from tests.support.stand_in import StandIn


@pytest.fixture(scope="package", autouse=True)
def _without_a_cluster() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        services.stop()  # tests of other packages may have had an engine with a cluster
        st.cache_resource.clear()
        patch.setattr("cnn_core.studio.new_engine", StandIn)
        # Where Keras is loaded Streamlit clears its session after every script, also that of a training beside it.
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        AppTest.from_file(APP, default_timeout=120).run()  # components can only be imported while an app runs
        yield
        services.stop()
        st.cache_resource.clear()


@pytest.fixture(autouse=True)
def _none_under_way() -> Iterator[None]:
    """A run that a test has left under way would be seen on the pages of the next."""
    yield
    forget_active(services.store())
