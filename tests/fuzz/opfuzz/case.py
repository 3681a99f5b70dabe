"""A random model of one operator, built up by a generator.

A generator is a function of a Builder; it adds inputs and attributes in the
order of the schema and says how exact the result has to be:

    @generates("Elu", "Celu")
    def elu(b):
        b.tensor(b.random.tensor(b.type("T"), b.random.long_shape()))
        b.maybe(alpha=b.random.real(0.1, 2))
        b.bound = bounds.real()
"""

import dataclasses

import numpy as np
import onnx
from onnx import helper, numpy_helper

from opfuzz import bounds, values

REGISTRY = {}  # (domain, operator): (generator, least schema version)
NEWEST_IR = 13
OTHER_DOMAIN_OPSET = 21  # of ai.onnx in models of another domain


class Invalid(Exception):
    """The generator made no valid model: a defect of this program."""


class Contradiction(Exception):
    """ONNX's inference and its reference disagree about a shape."""


class Impossible(Exception):
    """This schema version has nothing that the generator could choose."""


def generates(*operators, domain="", since=1):
    def register(function):
        for operator in operators:
            assert (domain, operator) not in REGISTRY, operator
            REGISTRY[domain, operator] = (function, since)
        return function
    return register


def ml(*operators, since=1):
    return generates(*operators, domain="ai.onnx.ml", since=since)


@dataclasses.dataclass
class Case:
    domain: str
    operator: str
    opset: int
    model: onnx.ModelProto
    feed: dict
    bound: bounds.Bound
    tags: set

    def __str__(self):
        domain = f"{self.domain}." if self.domain else ""
        return f"{domain}{self.operator}-{self.opset}"


def tensor_type(dtype, shape=None):
    return helper.make_tensor_type_proto(values.number_of(dtype), shape)


class Builder:
    def __init__(self, random, schema, opset):
        self.random, self.schema, self.opset = random, schema, opset
        self.version = schema.since_version
        self.bound = bounds.EXACT
        self.output_count = len([
            o for o in schema.outputs
            if o.option != onnx.defs.OpSchema.FormalParameterOption.Optional])
        self.attributes, self.feed, self.infos = {}, {}, []
        self.names, self.initializers, self.extra_tags = [], [], set()
        self._types = {}

    # ---- Types ----------------------------------------------------------

    def allowed(self, parameter):
        """numpy types of a type parameter, or of a formal's fixed type."""
        for constraint in self.schema.type_constraints:
            if constraint.type_param_str == parameter:
                names = constraint.allowed_type_strs
                break
        else:
            names = [parameter]
        found = [values.dtype_of(n) for n in sorted(names)]
        return [d for d in found if d is not None]

    def type(self, parameter, among=None):
        """The type chosen for a parameter; float32 more often than others.
        `among`: names, or a predicate over types, that restrict the choice."""
        if parameter not in self._types:
            choice = self.allowed(parameter)
            if among is not None:
                keep = among if callable(among) else (
                    lambda d: d.name in among)
                choice = [d for d in choice if keep(d)]
            if not choice:
                raise Impossible(f"no type for {parameter}")
            single = np.dtype(np.float32)
            if single in choice and self.random.chance(0.3):
                self._types[parameter] = single
            else:
                self._types[parameter] = self.random.choose(choice)
        return self._types[parameter]

    def float_type(self, parameter):
        return self.type(parameter, values.FLOATS)

    # ---- Inputs ---------------------------------------------------------

    def value(self, python, type_proto):
        """A graph input of any kind."""
        name = f"x{len(self.names)}"
        self.names.append(name)
        self.feed[name] = python
        self.infos.append(helper.make_value_info(name, type_proto))

    def tensor(self, array, constant=0.2):
        """A graph input, or with some probability an initializer."""
        array = np.asarray(array)
        if array.dtype.kind == "U":
            array = array.astype(object)
        if self.random.chance(constant):
            name = f"c{len(self.names)}"
            self.names.append(name)
            self.initializers.append(numpy_helper.from_array(array, name))
        else:
            self.value(array, tensor_type(array.dtype,
                                          self._declared(array.shape)))

    def random_tensor(self, parameter, shape, **options):
        """A tensor of a parameter's type."""
        array = self.random.tensor(self.type(parameter), shape, **options)
        self.tensor(array)
        return array

    def ints(self, numbers, dtype=np.int64, constant=0.5):
        """A 1-D tensor that decides about shapes, or a scalar of one."""
        self.tensor(np.array(numbers, dtype), constant)

    def outer(self, array):
        """A graph input `outer` that bodies read and the node does not."""
        self.feed["outer"] = array
        self.infos.append(helper.make_value_info(
            "outer", tensor_type(array.dtype, list(array.shape))))

    def omit(self):
        self.names.append("")

    def sequence(self, arrays, dtype):
        self.value(list(arrays), helper.make_sequence_type_proto(
            tensor_type(dtype)))

    def tag(self, condition, name):
        """A tag for reference_defects.toml."""
        if condition:
            self.extra_tags.add(name)

    def _declared(self, shape):
        """The shape as the model declares it: some dimensions by name."""
        if self.random.chance(0.7):
            return list(shape)
        return [f"d{len(self.names)}_{i}" if self.random.chance(0.6) else d
                for i, d in enumerate(shape)]

    # ---- Attributes -----------------------------------------------------

    def set(self, **attributes):
        for name, value in attributes.items():
            assert name in self.schema.attributes, (self.schema.name, name)
            self.attributes[name] = value

    def maybe(self, p=0.6, **attributes):
        """Each with probability p, where the schema has it."""
        for name, value in attributes.items():
            if name in self.schema.attributes and self.random.chance(p):
                self.attributes[name] = value

    def flag(self, *names, p=0.5):
        for name in names:
            self.maybe(p, **{name: self.random.integer(0, 1)})

    def has(self, name):
        return name in self.schema.attributes

    # ---- The model ------------------------------------------------------

    def _node(self):
        while self.names and not self.names[-1]:
            self.names.pop()
        return helper.make_node(
            self.schema.name, self.names,
            [f"y{i}" for i in range(self.output_count)],
            domain=self.schema.domain, **self.attributes)

    def _imports(self):
        imports = [helper.make_opsetid(self.schema.domain, self.opset)]
        if self.schema.domain:
            imports.append(helper.make_opsetid("", OTHER_DOMAIN_OPSET))
        return imports

    def _tags(self):
        """What an entry in reference_defects.toml can refer to."""
        tags = set(self.extra_tags)
        arrays = [numpy_helper.to_array(t) for t in self.initializers]
        for value in self.feed.values():
            arrays += value if isinstance(value, list) else [value]
        for array in arrays:
            if not isinstance(array, np.ndarray):
                continue
            tags.add(f"type:{array.dtype.name}")
            if array.size == 0:
                tags.add("empty")
            if array.ndim == 0:
                tags.add("scalar")
            if values.is_float(array.dtype):
                wide = array.astype(np.float64)
                if np.isnan(wide).any():
                    tags.add("nan")
                if np.isinf(wide).any():
                    tags.add("inf")
        for name, value in self.attributes.items():
            tags.add(name)
            if isinstance(value, (int, str)):
                tags.add(f"{name}={value}")
        tags.add(f"inputs={len([n for n in self.names if n])}")
        tags.add(f"outputs={self.output_count}")
        return tags

    def finish(self):
        """The case, with output types by ONNX's own inference."""
        node = self._node()
        graph = helper.make_graph(
            [node], self.schema.name, self.infos,
            [onnx.ValueInfoProto(name=n) for n in node.output],
            self.initializers)
        imports = self._imports()
        oldest = max(4, helper.find_min_ir_version_for(
            imports, ignore_unknown=True))
        model = helper.make_model(
            graph, opset_imports=imports, producer_name="onnxifi-fuzz",
            ir_version=self.random.integer(oldest, max(oldest, NEWEST_IR)))
        try:
            model = onnx.shape_inference.infer_shapes(model, data_prop=True)
        except Exception as error:
            raise Invalid(f"inference: {error}") from error
        return Case(self.schema.domain, self.schema.name, self.opset, model,
                    self.feed, self.bound, self._tags())


def schemas():
    """{(domain, operator): schemas by version}, deprecated ones left out."""
    found = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        found.setdefault((schema.domain, schema.name), []).append(schema)
    return {key: sorted(versions, key=lambda s: s.since_version)
            for key, versions in found.items()}


SCHEMAS = schemas()


def opset_of(random, versions, index, domain):
    """An opset in which this version of the schema is the current one."""
    low = versions[index].since_version
    if index + 1 < len(versions):
        high = versions[index + 1].since_version - 1
    elif domain:
        high = max(s.since_version for (d, _), all_ in SCHEMAS.items()
                   if d == domain for s in all_)
    else:
        high = onnx.defs.onnx_opset_version()
    # Some numbers never belonged to a release of ONNX.
    released = [v for v in range(low, high + 1)
                if (domain or "ai.onnx", v) in helper.OP_SET_ID_VERSION_MAP]
    return random.choose(released or [low])


def generate(key, random):
    """A case of one operator; raises Invalid or Impossible."""
    function, since = REGISTRY[key]
    versions = SCHEMAS[key]
    usable = [i for i, s in enumerate(versions)
              if s.since_version >= since and not s.deprecated]
    # The newest two thirds of the time: that is what models use.
    index = usable[-1] if random.chance(0.5) else random.choose(usable)
    builder = Builder(random, versions[index],
                      opset_of(random, versions, index, key[0]))
    function(builder)
    case = builder.finish()
    case.tags.add(f"version={versions[index].since_version}")
    return case


def declare_outputs(case, results):
    """Declares types and ranks of the outputs, which a graph must do, and
    returns the results in the types that inference found: the reference
    computes some operators in wider ones."""
    fixed = []
    for info, result in zip(case.model.graph.output, results, strict=True):
        kind = info.type.WhichOneof("value")
        if not isinstance(result, np.ndarray) or kind not in (
                None, "tensor_type"):
            fixed.append(result)
            continue
        tensor = info.type.tensor_type
        if tensor.elem_type == 0:
            tensor.elem_type = values.number_of(result.dtype)
        elif tensor.elem_type != values.number_of(result.dtype):
            result = _retyped(case, result, tensor.elem_type)
        if not tensor.HasField("shape"):
            tensor.shape.SetInParent()
            for _ in range(result.ndim):
                tensor.shape.dim.add()
        sizes = [d.dim_value if d.HasField("dim_value") else None
                 for d in tensor.shape.dim]
        if len(sizes) != result.ndim or any(
                a not in (None, b) for a, b in zip(sizes, result.shape)):
            raise Contradiction(f"{sizes} by inference, {result.shape} by "
                                "the reference")
        for i, dim in enumerate(tensor.shape.dim):
            # Inference now and then gives one name to two sizes.
            if not dim.HasField("dim_value"):
                dim.dim_param = f"{info.name}_{i}"
        fixed.append(result)
    return fixed


def _retyped(case, result, number):
    dtype = np.dtype(helper.tensor_dtype_to_np_dtype(number))
    if dtype.kind in "OU" or result.dtype.kind in "OU":
        return result
    case.tags.add("retyped")
    with np.errstate(all="ignore"):
        return result.astype(dtype)
