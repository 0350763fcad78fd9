"""Draws GeoPackages and projects in QGIS itself, without a screen. For the system's Python, which has QGIS: never imported.

/usr/bin/python3 qgis_draw.py OUT.json FILE…     says what it saw, with a picture of each layer beside OUT.json
"""

import json
import sys
from pathlib import Path

from qgis.core import (
    QgsApplication,
    QgsCoordinateReferenceSystem,
    QgsCoordinateTransform,
    QgsMapRendererParallelJob,
    QgsMapSettings,
    QgsProject,
    QgsRectangle,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor, QImage

SIZE = QSize(600, 450)
SCALES = {"labels_near": 1_000, "labels_far": 100_000}


def draw(layers, crs, extent, picture, labels=True):
    """The picture, and what went wrong."""
    settings = QgsMapSettings()
    settings.setFlag(QgsMapSettings.DrawLabeling, labels)
    settings.setLayers(layers)
    settings.setDestinationCrs(crs)
    settings.setOutputSize(SIZE)
    settings.setBackgroundColor(QColor("white"))
    settings.setExtent(extent)
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    image = job.renderedImage()
    image.save(str(picture))
    return image, [error.message for error in job.errors()]


def unlike(image, other=None):
    """How many pixels are not as in the other picture; without one, not white."""
    mine = pixels(image)
    theirs = pixels(other) if other else [0xFFFFFFFF] * len(mine)
    return sum(a != b for a, b in zip(mine, theirs, strict=True))


def pixels(image):
    """The colours of a picture."""
    plain = image.convertToFormat(QImage.Format_RGB32)
    return memoryview(plain.constBits().asstring(plain.sizeInBytes())).cast("I")


def around(layer):
    """The extent of a layer, so wide that one point can be drawn."""
    extent = layer.extent()
    extent.grow(max(extent.width() * 0.1, extent.height() * 0.1, 1e-5 if layer.crs().isGeographic() else 1.0))
    return extent


def window(layer, plane, scale):
    """What is seen around the first feature with a place at 1 : `scale` on a screen of 96 dots an inch."""
    first = next(each for each in layer.getFeatures() if not each.geometry().isEmpty())
    there = QgsCoordinateTransform(layer.crs(), plane, QgsProject.instance())
    middle = there.transform(first.geometry().pointOnSurface().asPoint())
    metre = scale * 0.0254 / 96
    width, height = SIZE.width() * metre / 2, SIZE.height() * metre / 2
    return QgsRectangle(middle.x() - width, middle.y() - height, middle.x() + width, middle.y() + height)


def told(layer, picture):
    """A layer or table as QGIS has it."""
    said = {
        "valid": layer.isValid(),
        "features": layer.featureCount(),
        "spatial": layer.isSpatial(),
        "crs": layer.crs().authid(),
        "source": layer.source(),
        "titles": {field.name(): field.displayName() for field in layer.fields()},
        "rows": [
            [str(value) for value in row.attributes()]
            for row, _ in zip(layer.getFeatures(), range(3), strict=False)
        ],
    }
    if layer.isSpatial() and layer.isValid() and layer.featureCount():
        plane = QgsCoordinateReferenceSystem("EPSG:3857")
        image, said["errors"] = draw([layer], layer.crs(), around(layer), picture)
        said["drawn"] = unlike(image)
        for name, scale in SCALES.items():
            seen, near = window(layer, plane, scale), picture.with_suffix(f".{name}.png")
            without, with_labels = (draw([layer], plane, seen, near, labels)[0] for labels in (False, True))
            said[name] = unlike(with_labels, without)
    return said


def of_geopackage(path, folder):
    """Every layer as QGIS shows it that is dragged onto its window: with the style of the file."""
    whole = QgsVectorLayer(str(path), "all", "ogr")
    names = [part.split("!!::!!")[1] for part in whole.dataProvider().subLayers()]
    layers = {
        name: QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
        for name in names
        if name != "layer_styles"
    }
    return {name: told(layer, folder / f"{path.stem}-{name}.png") for name, layer in layers.items()}


def of_project(path, folder):
    """A project as it opens: its layers by id, and all that are switched on in one picture."""
    project = QgsProject.instance()
    read = project.read(str(path))
    tree = project.layerTreeRoot().findLayers()
    shown = [node.layer() for node in tree if node.isVisible() and node.layer() and node.layer().isSpatial()]
    extent = project.viewSettings().defaultViewExtent()
    said = {
        "read": read,
        "error": project.error(),
        "title": project.title(),
        "crs": project.crs().authid(),
        "tree": [[node.name(), node.layerId(), node.isVisible()] for node in tree],
        "layers": {
            layer.id(): told(layer, folder / f"{path.parent.name}-{layer.id()}.png")
            for layer in project.mapLayers().values()
        },
    }
    image, said["errors"] = draw(shown, project.crs(), extent, folder / f"{path.parent.name}-project.png")
    said["drawn"] = unlike(image)
    return said


def main():
    """Look at each file."""
    application = QgsApplication([], False)
    application.initQgis()
    out = Path(sys.argv[1])
    said = {}
    for name in sys.argv[2:]:
        path = Path(name)
        said[name] = (of_project if path.suffix == ".qgz" else of_geopackage)(path, out.parent)
    out.write_text(json.dumps(said, ensure_ascii=False, indent=1), encoding="utf-8")
    QgsProject.instance().clear()
    application.exitQgis()


main()
