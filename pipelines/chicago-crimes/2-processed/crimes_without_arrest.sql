/*---
mode: by-key
doc: Incidents known to be without an arrest, with only what the analysis needs.
columns:
  id: { type: long, doc: The city’s identifier of the incident. }
  case_number: { type: string, doc: Records Division number. }
  date: { type: timestamp, doc: When the incident happened; Chicago’s wall clock. }
  year: { type: int, doc: Year of the incident. }
  block: { type: string, doc: Address with its last two digits hidden. }
  iucr: { type: string, doc: Illinois Uniform Crime Reporting code. }
  primary_type: { type: string, doc: Primary description of the IUCR code as the city has it. }
  crime_type: { type: string, doc: The same with the several names of one crime joined. }
  description: { type: string, doc: Secondary description of the IUCR code. }
  location_description: { type: string, doc: Kind of place. }
  domestic: { type: boolean, doc: Whether it falls under the Illinois Domestic Violence Act. }
  beat: { type: string, doc: Smallest police area. }
  district: { type: string, doc: Police district. }
  ward: { type: int, doc: City Council district. }
  community_area: { type: int, doc: One of the 77 community areas; 0 is unknown. }
  latitude: { type: double, doc: No value where the city gives no place or 0. }
  longitude: { type: double, doc: No value where the city gives no place or 0. }
  batch_at: { type: timestamptz, doc: The batch that brought this version of the incident. }
  processed_at: { type: timestamptz, doc: When this row was derived. }
---*/
-- An arrest of NULL is unknown and stays out: "no arrest" is something the city has to say.
select
  c.id,
  c.case_number,
  c.date,
  c.year,
  c.block,
  c.iucr,
  c.primary_type,
  coalesce(t.crime_type, c.primary_type) as crime_type,
  c.description,
  c.location_description,
  c.domestic,
  c.beat,
  c.district,
  c.ward,
  c.community_area,
  case when (c.latitude = 0 and c.longitude = 0) or (c.x_coordinate = 0 and c.y_coordinate = 0) then null else c.latitude end as latitude,
  case when (c.latitude = 0 and c.longitude = 0) or (c.x_coordinate = 0 and c.y_coordinate = 0) then null else c.longitude end as longitude,
  c.batch_at,
  :processed_at as processed_at
from raw.crimes c
left join reference.crime_types t on t.primary_type = c.primary_type
where c.arrest = false
