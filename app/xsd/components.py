"""The component model of an XSD as names and facts, so that two schemas can be compared completely."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from xmlschema import XMLSchema10, XMLSchemaException
from xmlschema.validators import (
    XsdAnyAttribute,
    XsdAttribute,
    XsdComplexType,
    XsdElement,
    XsdEnumerationFacets,
    XsdFacet,
    XsdGroup,
    XsdPatternFacets,
    XsdSimpleType,
    XsdType,
)

Facts = dict[str, str]
"""Of one component: what is said about it, by the name of the property."""

Components = dict[str, Facts]
"""The components of one XSD by kind and name (`complexType Client`)."""


class SchemasUnusable(ValueError):
    """A folder with schemas that cannot be used; the text says why, in Dutch."""


def load_schema(text: str, name: str, beside: XMLSchema10 | None = None) -> XMLSchema10:
    """The schema in the text; an import is looked for in `beside`, and nothing is fetched.

    `SchemasUnusable`, with the name, when it is not a valid schema.
    """
    try:
        return XMLSchema10(text, allow="none", global_maps=None if beside is None else beside.maps)
    except XMLSchemaException as error:
        raise SchemasUnusable(f"{name} is geen geldig schema ({type(error).__name__}).") from error


def components(schema: XMLSchema10) -> Components:
    """Every global component of a schema with its facts."""
    found: Components = {"schema": _schema_facts(schema)}
    for name, element in schema.elements.items():
        found[f"element {name}"] = dict(element_facts("", element))
    for name, declared in schema.types.items():
        kind = "complexType" if isinstance(declared, XsdComplexType) else "simpleType"
        found[f"{kind} {name}"] = dict(type_facts("", declared))
    others = {
        "group": schema.groups,
        "attribute": schema.attributes,
        "attributeGroup": schema.attribute_groups,
        "notation": schema.notations,
    }
    for kind, view in others.items():
        # The standard has none of these; their text is fact enough to tell two apart.
        found.update({f"{kind} {name}": {"text": str(view[name].tostring())} for name in view})
    return found


def _schema_facts(schema: XMLSchema10) -> Facts:
    return {
        "targetNamespace": schema.target_namespace,
        "elementFormDefault": schema.element_form_default,
        "attributeFormDefault": schema.attribute_form_default,
        "blockDefault": schema.block_default,
        "finalDefault": schema.final_default,
        "import": _set(schema.imported_namespaces),
        "include": _set(schema.includes),
    }


def type_facts(prefix: str, declared: XsdType) -> Iterator[tuple[str, str]]:
    """What is said of a type, each fact with its name behind the prefix."""
    yield f"{prefix}final", declared.final
    if isinstance(declared, XsdComplexType):
        yield from _complex_facts(prefix, declared)
    elif isinstance(declared, XsdSimpleType):
        yield from _simple_facts(prefix, declared)


def _complex_facts(prefix: str, declared: XsdComplexType) -> Iterator[tuple[str, str]]:
    yield f"{prefix}abstract", str(declared.abstract)
    yield f"{prefix}mixed", str(declared.mixed)
    yield f"{prefix}block", declared.block
    yield f"{prefix}afleiding", f"{declared.derivation} {_type_name(declared.base_type)}"
    for name, attribute in declared.attributes.items():
        yield from _attribute_facts(f"{prefix}attribuut {name}: ", attribute)
    content = declared.content
    if isinstance(content, XsdGroup):
        yield f"{prefix}inhoud", _outline(content)
        yield from _content_facts(prefix, content)
    else:
        yield from _simple_facts(f"{prefix}inhoud ", content)


def _attribute_facts(prefix: str, attribute: XsdAttribute | XsdAnyAttribute) -> Iterator[tuple[str, str]]:
    if isinstance(attribute, XsdAnyAttribute):
        yield f"{prefix}jokerteken", str(attribute)
        return
    yield f"{prefix}gebruik", str(attribute.use)
    yield f"{prefix}verwijzing", str(attribute.ref is not None)
    yield f"{prefix}default", str(attribute.default)
    yield f"{prefix}fixed", str(attribute.fixed)
    yield f"{prefix}type", _type_name(attribute.type)
    if attribute.type.name is None:
        yield from type_facts(f"{prefix}eigen type, ", attribute.type)


def _outline(part: object) -> str:
    """The compositor with the names in their order, groups within groups included."""
    match part:
        case XsdGroup():
            return f"{part.model} {_occurrence(part)} ({', '.join(_outline(one) for one in part)})"
        case XsdElement():
            return part.local_name
        case _:
            return str(part)


def _content_facts(prefix: str, group: XsdGroup) -> Iterator[tuple[str, str]]:
    seen: Counter[str] = Counter()
    for element in group.iter_elements():
        if isinstance(element, XsdElement):
            seen[element.local_name] += 1
            again = f" ({seen[element.local_name]})" if seen[element.local_name] > 1 else ""
            yield from element_facts(f"{prefix}{element.local_name}{again}: ", element)


def element_facts(prefix: str, element: XsdElement) -> Iterator[tuple[str, str]]:
    """What is said of an element, and of its type when that has no name."""
    yield f"{prefix}naam", str(element.name)
    yield f"{prefix}aantal", _occurrence(element)
    yield f"{prefix}type", _type_name(element.type)
    yield f"{prefix}verwijzing", str(element.ref is not None)
    yield f"{prefix}nillable", str(element.nillable)
    yield f"{prefix}abstract", str(element.abstract)
    yield f"{prefix}default", str(element.default)
    yield f"{prefix}fixed", str(element.fixed)
    yield f"{prefix}block", element.block
    yield f"{prefix}final", element.final
    yield f"{prefix}substitutionGroup", str(element.substitution_group)
    yield f"{prefix}sleutels", _set(str(identity.tostring()) for identity in element.identities)
    if element.type.name is None:
        yield from type_facts(f"{prefix}eigen type, ", element.type)


def _simple_facts(prefix: str, declared: XsdSimpleType) -> Iterator[tuple[str, str]]:
    yield f"{prefix}variety", str(declared.variety)
    yield f"{prefix}base", _type_name(declared.base_type)
    yield f"{prefix}whiteSpace", str(declared.white_space)
    yield f"{prefix}leden", _set(_type_name(member) for member in getattr(declared, "member_types", ()))
    for name, facet in declared.facets.items():
        if name is not None:
            yield f"{prefix}{name.rpartition('}')[2]}", _facet_values(facet)
    base = declared.base_type
    if base is not None and base.name is None:
        yield from type_facts(f"{prefix}base, ", base)


def _facet_values(facet: object) -> str:
    if isinstance(facet, (XsdEnumerationFacets, XsdPatternFacets)):
        # Patterns and enumerations of one restriction are alternatives: their order says nothing.
        return _set(element.get("value") for element in facet)
    if isinstance(facet, XsdFacet):
        return f"{facet.elem.get('value')}{' fixed' if facet.fixed else ''}"
    return str(facet)


def _type_name(declared: XsdType | None) -> str:
    return "geen" if declared is None else declared.name or "eigen type"


def _occurrence(part: XsdElement | XsdGroup) -> str:
    most = "onbeperkt" if part.max_occurs is None else part.max_occurs
    return f"{part.min_occurs}..{most}"


def _set(values: Iterable[str | None]) -> str:
    return ", ".join(sorted({repr(value) for value in values})) or "geen"
