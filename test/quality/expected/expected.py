"""What the check step should find in each real file, from its raw bytes: expected.py DATA-FOLDER > expected.json"""
import csv, datetime, gzip, json, re, sys
from collections import Counter
from pathlib import Path
import pyarrow.parquet

COLUMNS = """id case_number date block iucr primary_type description location_description arrest domestic beat district ward
community_area fbi_code x_coordinate y_coordinate year updated_on latitude longitude location""".split()
REQUIRED = {'id', 'date', 'primary_type', 'arrest'}
WIDTHS = {'iucr': 4, 'beat': 4, 'district': 3}
WHOLE = {'id', 'ward', 'community_area', 'x_coordinate', 'y_coordinate', 'year'}
TIMES = ['%m/%d/%Y %I:%M:%S %p', '%m/%d/%Y %H:%M', '%Y-%m-%dT%H:%M:%S.%f', '%Y-%m-%d %H:%M:%S.%f', '%Y-%m-%d %H:%M:%S']


def records(path):
    """Names and rows of a file; a row is a list of values (text as it stands), shorter than the names where it was cut."""
    if path.suffix == '.parquet':
        table = pyarrow.parquet.read_table(path)
        return table.column_names, [list(row.values()) for row in table.to_pylist()]
    if path.suffix == '.json':
        objects = json.loads(path.read_text())
        names = list(dict.fromkeys(name for row in objects for name in row))
        return names, [[row.get(name) for name in names] for row in objects]
    opened = gzip.open if path.suffix == '.gz' else open
    with opened(path, 'rt', encoding='utf-8-sig', newline='') as lines:
        names, *rows = csv.reader(lines)
    return names, rows


def time(text):
    text = re.sub(r' [+-]\d{4}$', '', text)
    for shape in TIMES:
        try:
            return datetime.datetime.strptime(text, shape)
        except ValueError:
            pass


def readable(name, value):
    if not isinstance(value, str):
        return True
    if name in WHOLE:
        return re.fullmatch(r'\d+(\.0)?', value)
    if name in ('date', 'updated_on'):
        return time(value)
    if name in ('arrest', 'domestic'):
        return value.lower() in ('true', 'false', '0', '1')
    return name not in ('latitude', 'longitude') or re.fullmatch(r'-?\d+\.\d+', value)


def repairs(name, value):
    if name == 'location' and isinstance(value, dict) or str(value).startswith('{'):
        yield 'location_rewritten'
    if not isinstance(value, str):
        return
    if value == '':
        yield 'empty_text'
        return
    if value.endswith('.0') and name in WHOLE | set(WIDTHS):
        yield 'decimal_dropped'
    code = value.removesuffix('.0')
    if len(code) < WIDTHS.get(name, 0) or name == 'fbi_code' and re.fullmatch(r'\d\D?', code):
        yield 'zeros_restored'


def expected(path):
    found, rows = records(path)
    names = [re.sub(r'[ _]', '_', name.lower()) for name in found]
    if REQUIRED - set(names):
        return {'error': 'source_column_missing', 'missing': sorted(REQUIRED - set(names))}
    quarantined, repaired, good = Counter(), Counter(), {}
    for row in rows:
        values = {name: value for name, value in zip(names, row) if name in COLUMNS}
        present = {name: value for name, value in values.items() if value not in ('', None)}
        if len(row) < len(names):
            quarantined['few_fields'] += 1
        elif 'id' not in present:
            quarantined['key_missing'] += 1
        elif unreadable := [name for name, value in present.items() if not readable(name, value)]:
            quarantined['bad_date' if set(unreadable) <= {'date', 'updated_on'} else 'bad_type'] += 1
        else:
            repaired.update(repair for name, value in values.items() for repair in repairs(name, value))
            good[str(present['id']).removesuffix('.0')] = present
    still_open = [row for row in good.values() if str(row.get('arrest')).lower() in ('false', '0')]
    types = Counter(row['primary_type'] for row in still_open)
    return {
        'rows': len(rows),
        'keys': len(good),
        'quarantined': dict(sorted(quarantined.items())),
        'repairs': dict(sorted(repaired.items())),
        'missing': [name for name in COLUMNS if name not in names],
        'unknown': len([name for name in names if name not in COLUMNS]),
        'without_arrest': len(still_open),
        'top_types_without_arrest': sorted(types.items(), key=lambda item: (-item[1], item[0]))[:5],
    }


folder = Path(sys.argv[1])
files = [f for f in folder.glob('samples/*')] + [f for f in folder.glob('pairs/*') if '.changes.' not in f.name]
files.append(folder / 'crimes_2024.parquet')
print(json.dumps({str(f.relative_to(folder)): expected(f) for f in sorted(files)}, indent=2))
