"""Timelines on pages: some by themselves, or any number as a part of another page.

All timelines of a page share their charts and the script that draws them. To show timelines in a page of your own:

- pass `timeline_charts(rules.churn)` among the charts of `write_page`, and `timelines=timeline_values(found, rules)`;
- in the template, import `timeline_data` from timeline/parts.html and write `{{ timeline_data(timelines) }}` once; put
  `{{ as_it_stands("timeline/timeline.css") }}` into its block `style`, and into its block `script`
  `{{ as_it_stands("timeline/timeline.js") }}`;
- an element `<article data-timeline="T0042" aria-label="T0042"></article>` is filled when somebody comes near it; or
  have your own script, which comes after timeline.js, call `showTimeline(element, "T0042")` as often as you like: it
  replaces what the element held. Headings begin with `<h2>`.
"""

from simulation.views.pages.timeline.page import write_timeline_page
from simulation.views.pages.timeline.values import timeline_values

__all__ = ["timeline_values", "write_timeline_page"]
