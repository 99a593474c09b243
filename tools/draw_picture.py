"""Draws the README's picture from a run: when sessions happen, and one tutor's month.

    python -m tools.draw_picture runs/production-seed42 docs/pictures/month.png

Needs matplotlib (`pip install .[pictures]`).
"""

import sys
from typing import Any

import matplotlib as mpl
import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes

from simulation import Simulation, load_run
from simulation.views.look import BLUE, GREEN, GREY, RED, matplotlib_style

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
FIRST_HOUR, LAST_HOUR = 6, 23


def main(run_directory: str, picture: str) -> None:
    """Draw a run's picture into a file."""
    run = load_run(run_directory)
    mpl.rcParams.update(matplotlib_style() | {"font.size": 9})
    figure, (week, month) = plt.subplots(1, 2, figsize=(11, 3.7), width_ratios=(1, 1.75), layout="constrained")
    draw_week(week, run.tables["sessions"])
    draw_tutor(month, run, the_most_written_to_veteran(run))
    figure.savefig(picture, dpi=150)


def draw_week(axes: Axes, sessions: pd.DataFrame) -> None:
    """Sessions by weekday and hour."""
    starts = sessions["session_datetime"].dt
    counts = pd.crosstab(starts.hour, starts.day_of_week).reindex(
        index=range(FIRST_HOUR, LAST_HOUR + 1), columns=range(7), fill_value=0
    )
    days = sessions.groupby(starts.day_of_week)["session_datetime"].agg(lambda times: times.dt.date.nunique())
    image = axes.imshow(
        counts / days, aspect="auto", cmap="Blues", extent=(-0.5, 6.5, LAST_HOUR + 1, FIRST_HOUR), interpolation="none"
    )
    axes.set_xticks(range(7), WEEKDAYS)
    axes.set_yticks(range(FIRST_HOUR, LAST_HOUR + 2, 3), [f"{hour}:00" for hour in range(FIRST_HOUR, LAST_HOUR + 2, 3)])
    axes.set_title("Sessions by weekday and hour of start", loc="left")
    axes.figure.colorbar(image, ax=axes, label="sessions an hour", shrink=0.85)


def the_most_written_to_veteran(run: Simulation) -> str:
    """A veteran who burned out, with the most interventions."""
    personas = run.truth["truth_tutors"].set_index("tutor_id")["persona"]
    counts = run.tables["interventions"]["tutor_id"].value_counts()
    veterans = [tutor for tutor in personas.index if personas[tutor] == "burned_out_veteran" and tutor in counts]
    return str(max(veterans, key=lambda tutor: (counts[tutor], tutor)))


def draw_tutor(axes: Axes, run: Simulation, tutor: str) -> None:
    """One tutor's ratings, the rolling mean that the platform sees, the churn score, and what was done about it."""
    sessions = run.tables["sessions"].query("tutor_id == @tutor and session_completed").sort_values("session_datetime")
    ratings = sessions.set_index("session_datetime")["student_rating"]
    axes.scatter(ratings.index, ratings, s=9, color=GREY, alpha=0.55, linewidths=0, label="a session's rating")
    axes.plot(ratings.rolling("7D", min_periods=5).mean(), color=BLUE, linewidth=1.8, label="rating, last 7 days")
    axes.set_ylabel("student rating")
    axes.set_ylim(1.9, 5.1)
    risk = axes.twinx()
    log = run.log.table.to_pandas()
    scores = log[(log["event_type"] == "churn_scored") & (log["tutor_id"] == tutor)].set_index("timestamp")
    scores = scores.loc[run.log.metadata.window_start :, "churn_probability"]
    risk.step(scores.index, scores, where="post", color=RED, linewidth=1.5, label="churn probability")
    risk.set_ylim(0, 1)
    risk.set_ylabel("churn probability", color=RED)
    risk.spines["right"].set_visible(True)
    for sent in run.tables["interventions"].query("tutor_id == @tutor")["sent_at"]:
        axes.axvline(sent, color=GREEN, linewidth=1.2, linestyle=":", label="an email to the tutor")
    truth = run.truth_log.table.to_pandas()
    tipped = truth[(truth["event_type"] == "tutor_tipped") & (truth["tutor_id"] == tutor)]
    for moment in tipped["timestamp"]:
        axes.axvline(moment, color="black", linewidth=1.2, label="burns out (truth)")
    draw_legend(axes, risk)
    axes.xaxis.set_major_formatter(mdates.DateFormatter("%d %b"))
    axes.set_title(f"A month of tutor {tutor}", loc="left")


def draw_legend(*parts: Axes) -> None:
    """One legend for all parts, each thing named once."""
    named: dict[str, Any] = {}
    for part in parts:
        for handle, label in zip(*part.get_legend_handles_labels(), strict=True):
            named.setdefault(label, handle)
    parts[0].legend(
        named.values(), named.keys(), loc="lower left", fontsize=8, ncols=2, edgecolor="none", framealpha=0.9
    )


if __name__ == "__main__":
    main(*sys.argv[1:3])
