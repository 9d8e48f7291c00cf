from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from guandu.core.errors import Invalid
from rating.engine import FactsError, score_cohort
from rating.exchange.facts_files import read_facts
from rating.exchange.result_files import KINDS, write_results
from rating.exchange.scheme_files import read_scheme


class Command(BaseCommand):
    help = "Score a file of facts by a scheme file (docs/schemes.md). Reads and writes files only, never the database."
    requires_system_checks: list = []

    def add_arguments(self, parser):
        parser.add_argument("scheme", type=Path, help=".yaml or .xlsx")
        parser.add_argument("facts", type=Path, help=".csv, .xlsx or .json")
        parser.add_argument("--out", type=Path, required=True, help=".json, .csv or .xlsx")
        parser.add_argument("--lenient", action="store_true", help="take a declared input without a column as missing")

    def handle(self, *args, **options):
        scheme_path, facts_path, out = options["scheme"], options["facts"], options["out"]
        if out.suffix not in KINDS:
            raise CommandError(f"结果文件应为 {'、'.join(KINDS)} 之一。")
        try:
            scheme = read_scheme(scheme_path.read_bytes(), scheme_path.name)
            facts = read_facts(facts_path.read_bytes(), facts_path.name, scheme, lenient=options["lenient"])
            scored = score_cohort(scheme, facts)
        except FileNotFoundError as error:
            raise CommandError(f"找不到文件 {error.filename}。") from error
        except Invalid as refusal:
            raise CommandError("\n".join([refusal.message, *(f"{where}：{text}" for where, text in refusal.errors)])) from refusal
        except FactsError as error:
            raise CommandError("\n".join(["数据与方案不符，没有评分。", *error.errors])) from error
        out.write_bytes(write_results(scheme, scored, out.suffix))
        blocked = sum(result.status == "blocked" for result in scored.results)
        self.stdout.write(f"已按“{scheme.title}”评分 {len(facts)} 个，其中 {blocked} 个暂不评定：{out}")
