"""The parent row that concurrent changes of one park's space and tenants wait for."""

from parks.models import Park


def locked_park(park_id: int) -> Park:
    """The park as it stands now. Whoever changes its buildings, spaces or tenants takes this row first, so
    that what is checked still holds when it is written, and nobody waits in a circle."""
    return Park.objects.select_for_update(of=("self",)).get(pk=park_id)
