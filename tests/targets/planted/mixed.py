# SPDX-FileCopyrightText: The ftscale authors
# SPDX-License-Identifier: MIT
"""Two causes each: both are found, in the right order, with the right sizes."""
from planted.case import DIFFERENCE, MEASURED, STRONG, Part, plant_parts
from planted.idle import SERIAL_SECTION, plan_serial_section
from planted.interpreter import COLLECTIONS, plan_collections
from planted.object_locks import LIST_LOCK, list_append
from planted.refcounts import INSTANCE_METHOD, instance_method
from planted.user_locks import LONG, long_lock

plant_parts("list_and_method", Part(list_append, (LIST_LOCK,), DIFFERENCE), Part(instance_method, (INSTANCE_METHOD,), DIFFERENCE))
plant_parts("collections_and_method", Part(plan_collections, (COLLECTIONS,), MEASURED), Part(instance_method, (INSTANCE_METHOD,), DIFFERENCE))
plant_parts("lock_and_serial", Part(long_lock, (LONG,), MEASURED, scale=1e-4), Part(plan_serial_section, (SERIAL_SECTION,), MEASURED), scaling=STRONG)
