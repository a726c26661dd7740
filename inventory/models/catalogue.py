"""The carrier's product catalogue: what there is, how fast it comes, and what an order of it is asked."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from portal.tables import Published


class Family(models.TextChoices):
    IP = "ip", _("Internet")
    ETHERNET = "ethernet", _("Ethernet")
    WAVELENGTH = "wavelength", _("Wavelength")
    SDWAN = "sdwan", _("SD-WAN")
    VOICE = "voice", _("Voice")
    COLLABORATION = "collaboration", _("Collaboration")
    MANAGED_VIDEO = "managed_video", _("Managed video")
    BROADCAST_VIDEO = "broadcast_video", _("Broadcast video")
    CDN = "cdn", _("CDN")
    SATELLITE = "satellite", _("Satellite")
    DATA_CENTER = "data_center", _("Data center")
    MANAGED = "managed", _("Managed services")
    CLOUD = "cloud", _("Cloud")
    SECURITY = "security", _("Security")


# What the carrier runs for the customer, and does not only deliver.
MANAGED = frozenset({Family.MANAGED, Family.SDWAN, Family.SECURITY})


class Product(Published):
    """A product of the catalogue, in the words the customer sees, with the rules by which it is delivered.

    Days are business days. An ICB product is priced and dated case by case. ``shortest_days`` is the
    least that an expedite can bring the interval down to; none means that it cannot be expedited. An
    order may be changed for nothing up to ``free_change_days`` before its committed date. ``needs_dlr``
    asks the customer for a design layout record (DLR) together with the technical answers. Of a VPN service
    begins once ``sites_to_begin`` of an order's sites are up.
    """

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    family = models.CharField(max_length=20, choices=Family)
    interval_days = models.PositiveSmallIntegerField(default=30)  # standard interval
    description = models.CharField(max_length=300, blank=True, db_default="")
    is_icb = models.BooleanField(_("ICB"), default=False, db_default=False)
    shortest_days = models.PositiveSmallIntegerField(null=True, blank=True)
    free_change_days = models.PositiveSmallIntegerField(default=5, db_default=5)
    needs_dlr = models.BooleanField(default=False, db_default=False)
    sites_to_begin = models.PositiveSmallIntegerField(default=1, db_default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(shortest_days=None) | Q(shortest_days__lte=F("interval_days")),
                name="inventory_product_expedite",
            ),
            models.CheckConstraint(condition=Q(sites_to_begin__gte=1), name="inventory_product_sites"),
        ]

    def __str__(self) -> str:
        return self.name


class ProductPrice(Published):
    """What a product costs by the list, for one of it: in a currency, at a bandwidth, or at any where none is named."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="prices", db_index=False)
    bandwidth = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3)
    monthly = models.DecimalField(max_digits=12, decimal_places=2, default=0)  # MRC
    one_time = models.DecimalField(max_digits=12, decimal_places=2, default=0)  # NRC

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "bandwidth", "currency"], name="inventory_productprice_once"),
            models.CheckConstraint(condition=Q(monthly__gte=0, one_time__gte=0), name="inventory_productprice_amounts"),
        ]

    def __str__(self) -> str:
        return f"{self.product} {self.bandwidth} {self.monthly} {self.currency}"


class QuestionKind(models.TextChoices):
    """What an answer is; the words of JSON Schema that a kind stands for are in rules.schema_of()."""

    TEXT = "text", _("Text")
    NUMBER = "number", _("Whole number")
    CHOICE = "choice", _("One of several")
    YES_NO = "yes_no", _("Yes or no")
    NETWORK = "network", _("Network (prefix)")
    MAIL = "mail", _("Mail address")


class ProductQuestion(Published):
    """A technical question that an order of the product asks, and what answers it takes.

    ``least`` and ``most`` bound a number, and the length of a text.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="questions", db_index=False)
    key = models.CharField(max_length=40, db_collation="C")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=8, choices=QuestionKind, default=QuestionKind.TEXT)
    words = models.CharField(max_length=200)
    words_es = models.CharField(max_length=200, blank=True)
    words_pt = models.CharField(max_length=200, blank=True)
    hint = models.CharField(max_length=200, blank=True)
    choices = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    least = models.IntegerField(null=True, blank=True)
    most = models.IntegerField(null=True, blank=True)
    is_required = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "key"], name="inventory_productquestion_key"),
            models.CheckConstraint(
                condition=Q(kind="choice", choices__len__gte=2) | (~Q(kind="choice") & Q(choices=[])),
                name="inventory_productquestion_choices",
            ),
            models.CheckConstraint(
                condition=Q(least=None) | Q(most=None) | Q(least__lte=F("most")),
                name="inventory_productquestion_bounds",
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def asked(self) -> str:
        """The question in the reader's language, or else in English."""
        spoken = {"es": self.words_es, "pt": self.words_pt}
        return spoken.get((get_language() or "en")[:2], "") or self.words
