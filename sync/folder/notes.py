"""What a kind of file has to tell of a layer beyond its rows, as conform.json keeps it: a kind fills in what it knows."""

from typing import Any

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from sync.folder.document import Record

Places = tuple[tuple[float, float], ...]  # x, y in the file's own coordinates


class LinesLeft(Record):
    """Lines of a drawing that bound no parcel, and where the longest begin."""

    count: int
    length_m: float
    places: Places


class LabelsFound(Record):
    """Labels of one kind in a drawing, and those that name no parcel or several."""

    labels: int
    in_no_polygon: int
    in_one_polygon_several: int
    places_in_no_polygon: Places
    places_of_several: Places


class LayerNotes(Record):
    """Everything any kind tells; None (nothing) where it does not speak of it.

    Of drawings   from `boundary_lines` on; labels under the names they are delivered by
    Of VBDLIS XML records and survey documents
    Of shapefiles columns read from the table's own bytes, because a value in them is no number, day or truth value;
                  by column, numbers that are nothing but asterisks
    Of sheets     from `header_row` on: the row of headings, cells that hold a formula's error, formulas whose value the
                  file does not hold (by column, with their ranges), what is merged, hidden or not read, by ranges
    """

    boundary_lines: int | None = None
    polygons: int | None = None
    dangling_lines: LinesLeft | None = None
    lines_between_polygons: LinesLeft | None = None
    rings_not_valid: LinesLeft | None = None
    polygons_without_number: int | None = None
    soThua: LabelsFound | None = None  # noqa: N815 - as delivered
    dienTich: LabelsFound | None = None  # noqa: N815
    loaiDat: LabelsFound | None = None  # noqa: N815
    loaiDatPhapLy: LabelsFound | None = None  # noqa: N815
    elements: int | None = None
    elements_deleted: int | None = None
    elements_from_blocks: int | None = None
    elements_damaged: int | None = None
    elements_not_read: dict[str, int] = Field(default_factory=dict)
    bytes_after_the_end: int | None = None
    curves: int = 0  # arcs and splines that reading made into vertices
    curve_tolerance_m: float | None = None
    master_unit: str | None = None
    metres_per_master_unit: float | None = None
    drawing_units: int | None = None
    metres_per_drawing_unit: float | None = None
    records_without_id: int | None = None
    records_without_geometry: int | None = None
    survey_documents: int | None = None
    columns_read_as_text: tuple[str, ...] = ()
    asterisks: dict[str, int] = Field(default_factory=dict)
    header_row: int | None = None
    cells_with_errors: int | None = None
    formulas_without_values: tuple[str, ...] = ()
    merged_ranges: tuple[str, ...] = ()
    merged_count: int = 0
    hidden_rows: tuple[str, ...] = ()
    hidden_row_count: int = 0
    hidden_columns: tuple[str, ...] = ()
    hidden_sheets: tuple[str, ...] = ()
    sheets_not_read: tuple[str, ...] = ()

    @model_serializer(mode="wrap")
    def _told(self, whole: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What the kind told, and nothing of the others."""
        said: dict[str, Any] = whole(self)
        return {name: value for name, value in said.items() if name in self.model_fields_set}
