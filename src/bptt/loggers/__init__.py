"""Takes the figures of each epoch, hands them to another program's log: `TensorBoard`, `MLflow`, `WandB`; by name: `named`,
`check`."""

from bptt.loggers.logger import Logger
from bptt.loggers.mlflow import MLflow
from bptt.loggers.names import NAMES, check, named
from bptt.loggers.tensorboard import TensorBoard
from bptt.loggers.wandb import WandB

__all__ = ["NAMES", "Logger", "MLflow", "TensorBoard", "WandB", "check", "named"]
