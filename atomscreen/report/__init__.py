"""Report: tables, figures and the self-contained HTML page of a campaign."""
