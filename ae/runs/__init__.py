"""Training runs: a process that owns one folder, and what can be read of it.

``run_folder`` reads it, ``control`` starts and stops runs, ``worker`` is the process itself.
"""

from ae.runs.run_folder import (
    ALIVE_FILE,
    CHECKPOINT_FILE,
    GOING_ON,
    LOG_FILE,
    PAUSE_FILE,
    RUN_FILE,
    STATUS_FILE,
    STOP_FILE,
    TRAINING_LOCK,
    Settings,
    Status,
    can_resume,
    list_runs,
    pending_request,
    read_history,
    read_log,
    read_settings,
    read_status,
    run_to_show,
    write_status,
)
