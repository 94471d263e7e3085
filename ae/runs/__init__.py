"""Training runs: each is a process that owns one folder, which everybody else only reads.

``run_folder`` reads and writes the folder, ``control`` starts and stops runs, ``worker`` is what
the process does, ``turns`` is the queue.
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
    folder_of,
    list_runs,
    pending_request,
    read_history,
    read_log,
    read_settings,
    read_status,
    run_to_show,
    write_status,
)
