"""Bill runs: which months are billed, and which customers of them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Enterprise
from portal.flows import Flow, table
from portal.tables import CarrierOwned


class BillRunStatus(models.TextChoices):
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")


BILL_RUN_FLOW = Flow(
    name="billrun",
    states=BillRunStatus,
    # Run again, a completed one looks for what came since.
    moves=table({BillRunStatus.RUNNING: [BillRunStatus.COMPLETED], BillRunStatus.COMPLETED: [BillRunStatus.RUNNING]}),
    tones={BillRunStatus.RUNNING: "blue", BillRunStatus.COMPLETED: "green"},
    standard={BillRunStatus.RUNNING: "inProgress", BillRunStatus.COMPLETED: "done"},
)


class BillRun(CarrierOwned):
    """One month's billing of all accounts; a second run of the month makes only what is missing."""

    period_on = models.DateField(unique=True)  # the first day of the billed month
    status = models.CharField(max_length=10, choices=BillRunStatus, default=BillRunStatus.RUNNING)
    started_by = models.CharField(max_length=200)
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [BILL_RUN_FLOW.constraint()]

    def __str__(self) -> str:
        return f"Bill run {self.period_on:%Y-%m}"


class BillRunPart(CarrierOwned):
    """One enterprise of a run: billed, or still to do."""

    run = models.ForeignKey(BillRun, on_delete=models.CASCADE, related_name="parts", db_index=False)
    # Not named enterprise: this is the carrier's list, and no wall stands around it.
    customer = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="+", db_index=False)
    done_at = models.DateTimeField(null=True, blank=True)
    invoices = models.PositiveIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "customer"], name="billing_billrunpart_once")]

    def __str__(self) -> str:
        return f"{self.run}: enterprise {self.customer_id}"
