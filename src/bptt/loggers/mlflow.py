"""A run of MLflow."""

from collections.abc import Mapping

from .logger import Logger


class MLflow(Logger):
    """Metrics and parameters of a run of MLflow, in the database `folder`/mlflow.db; where MLFLOW_TRACKING_URI is set, or
    `mlflow.set_tracking_uri` was called, there."""

    package, extra = "mlflow", "mlflow"

    def begin(self) -> None:
        if not self.library.is_tracking_uri_set():
            self.folder.mkdir(parents=True, exist_ok=True)
            self.library.set_tracking_uri(f"sqlite:///{(self.folder / 'mlflow.db').resolve()}")
        self.library.start_run(run_name=self.folder.resolve().parent.name)
        self.library.log_params(self.settings)

    def log(self, figures: Mapping[str, float], step: int) -> None:
        self.library.log_metrics(dict(figures), step=step)

    def end(self) -> None:
        self.library.end_run()
