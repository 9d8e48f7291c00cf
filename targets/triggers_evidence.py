"""What a version was filed with, and what was signed for it, stays: the database sees to it."""

from guandu.core.triggers import Guard

_VERSIONS = "targets_returnversion"
_EVIDENCE = "targets_evidence"
_SEALS = "targets_evidenceseal"
_SIGNED = "targets_signedsheet"
_LOCKED = "已报送的版本不能增减佐证材料，请退回后在新版本中办理（locked evidence）"
_SEALED = "佐证材料清单随版本封存，不能修改或删除（evidence seal）"
_SETTLED = "签字扫描件登记后只能核对或退回一次（signed sheet）"
_PAPER_OF_DRAFT = "只有已报送的版本才有签字扫描件（signed sheet of a draft）"


def _is_frozen(row: str) -> str:
    return (
        f'EXISTS (SELECT 1 FROM "{_VERSIONS}" WHERE "{_VERSIONS}"."id" = {row}."version_id" '
        f'AND "{_VERSIONS}"."frozen_at" IS NOT NULL)'
    )


def _differs(column: str) -> str:
    return f'NEW."{column}" <> OLD."{column}"'


_KEPT = (
    "version_id", "step", "signer_name", "signed_on", "check_code", "scan_id", "recorded_by", "recorded_name",
    "recorded_at",
)  # fmt: skip
_ALTERED = " OR ".join(_differs(column) for column in _KEPT)

GUARDS = (
    Guard("targets_evidence_insert", _EVIDENCE, "INSERT", _LOCKED, _is_frozen("NEW")),
    Guard("targets_evidence_update", _EVIDENCE, "UPDATE", _LOCKED, f"{_is_frozen('OLD')} OR {_is_frozen('NEW')}"),
    Guard("targets_evidence_delete", _EVIDENCE, "DELETE", _LOCKED, _is_frozen("OLD")),
    Guard("targets_seal_update", _SEALS, "UPDATE", _SEALED),
    Guard("targets_seal_delete", _SEALS, "DELETE", _SEALED),
    Guard("targets_signed_insert", _SIGNED, "INSERT", _PAPER_OF_DRAFT, f"NOT {_is_frozen('NEW')}"),
    Guard(
        "targets_signed_update", _SIGNED, "UPDATE", _SETTLED,
        f"OLD.\"state\" <> 'waiting' OR {_ALTERED}",
    ),
    Guard("targets_signed_delete", _SIGNED, "DELETE", _SETTLED),
)  # fmt: skip
