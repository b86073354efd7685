"""The shared library attention for Python, read off its own header: structs, enums and tensors are whatever
attention.h says, so that nothing here can fall behind it. For tests and benchmarks; needs numpy."""

import ctypes
import os
import re

import numpy

SCALARS = {
    "bool": ctypes.c_bool, "int": ctypes.c_int, "float": ctypes.c_float, "double": ctypes.c_double,
    "size_t": ctypes.c_size_t, "uint8_t": ctypes.c_uint8, "char": ctypes.c_char,
}


def field_types(declaration, structs):
    """'const float *a, *b' -> [(a, type), (b, type)]. A pointer is an address, whatever it points to."""
    function = re.search(r"\(\*(\w+)\)", declaration)
    if function:
        return [(function.group(1), ctypes.c_void_p)]
    kind, names = re.match(r"(?:const )?((?:struct |enum )?\w+)\s+(.*)", declaration, re.S).groups()
    fields = []
    for name in names.split(","):
        stars, bare, count = re.match(r"\s*(\**)\s*(?:const )?(\w+)(?:\[(\d+)\])?\s*$", name).groups()
        if stars:
            one = ctypes.c_void_p
        elif kind.startswith("enum "):
            one = ctypes.c_int
        elif kind.startswith("struct "):
            one = structs[kind[len("struct "):]]
        else:
            one = SCALARS[kind]
        fields.append((bare, one * int(count) if count else one))
    return fields


class Header:
    """structs by name, constants by name, tensors as (name of the file, per layer?) in order."""

    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            text = re.sub(r"/\*.*?\*/", " ", file.read(), flags=re.S)
        tensors = re.search(r"#define ATTENTION_TENSORS\(X\)(.*?)\n\s*\n", text, re.S).group(1)
        self.tensors = [(name, layer == "true")
                        for name, layer in re.findall(r'X\(\w+, "([^"]*)", (true|false),', tensors)]
        text = re.sub(r"^\s*#(.*\\\n)*.*$", "", text, flags=re.M)  # with the lines that go on
        self.constants = {}
        for body in re.findall(r"enum \w*\s*\{(.*?)\}", text, re.S):
            value = -1
            for entry in filter(None, (part.strip() for part in body.split(","))):
                match = re.match(r"(\w+)(?:\s*=\s*([0-9 <]+))?$", entry)
                if not match:
                    break  # made by an X-macro
                value = eval(match.group(2)) if match.group(2) else value + 1
                self.constants[match.group(1)] = value
        self.structs = {}
        for name, body in re.findall(r"struct (\w+)\s*\{(.*?)\};", text, re.S):
            fields = []
            for declaration in filter(None, (part.strip() for part in body.split(";"))):
                fields += field_types(declaration, self.structs)
            self.structs[name] = type(name, (ctypes.Structure,), {"_fields_": fields})


class Library:
    def __init__(self, path, source):
        self.header = Header(os.path.join(source, "src/attention/attention.h"))
        self.c = ctypes.CDLL(path)
        self.c.attention_trace_new.restype = ctypes.c_void_p
        self.c.attention_pool_new.restype = ctypes.c_void_p
        self.c.attention_trace_tensor.restype = self.header.structs["attention_tensor"]
        self.c.attention_kernels_name.restype = ctypes.c_char_p
        names = [name for name, _ in self.header.tensors]
        self.tensor_ids = {name: i for i, name in enumerate(names)}

    def struct(self, name, **values):
        """Zero, but for the values given. Arrays must be kept by whoever calls."""
        made = self.header.structs["attention_" + name]()
        for field, value in values.items():
            if not hasattr(type(made), field):
                raise AttributeError(f"attention_{name} has no {field}")
            setattr(made, field, value.ctypes.data if isinstance(value, numpy.ndarray) else value)
        return made

    def constant(self, name):
        return self.header.constants["ATTENTION_" + name]


class Pass:
    """A model, what it reads, and a trace. All arrays are float32 and row-major; `layers` is a list of dictionaries of
    the members of attention_layer_weights."""

    def __init__(self, library, config, layers, embedding, context=None, values=None, **options):
        self.library = library
        self.kept = [embedding, context, values, options] + layers
        for array in [embedding, context, values] + [w for layer in layers for w in layer.values()]:
            if array is not None and (array.dtype != numpy.float32 or not array.flags.c_contiguous):
                raise TypeError("an array is not float32 and row-major")
        kind = library.header.structs["attention_layer_weights"]
        self.layers = (kind * len(layers))(*[library.struct("layer_weights", **layer) for layer in layers])
        self.weights = library.struct("weights", config=library.struct("config", layers=len(layers), **config),
                                      layers=ctypes.addressof(self.layers))
        self.input = library.struct("input", embedding=embedding, n=len(embedding))
        if context is not None:
            self.input.context, self.input.m = context.ctypes.data, len(context)
        if values is not None:
            self.input.values = values.ctypes.data
        self.options = library.struct("options", **options)
        self.error = library.struct("error")
        self.trace = ctypes.c_void_p(library.c.attention_trace_new(None))
        self.arguments = [self.trace] + [ctypes.byref(part) for part in (
            self.weights, self.options, self.input, self.error)]

    def run(self):
        if self.library.c.attention_pass(*self.arguments) != 0:
            raise ValueError(self.error.text.decode())
        return self

    def tensor(self, name, layer=0):
        """A copy."""
        view = self.library.c.attention_trace_tensor(self.trace, self.library.tensor_ids[name], layer)
        if not view.dims:
            raise KeyError(name)
        shape = list(view.shape)[:view.dims]
        numbers = ctypes.cast(view.data, ctypes.POINTER(ctypes.c_float))
        return numpy.ctypeslib.as_array(numbers, shape).copy()

    def free(self):
        self.library.c.attention_trace_free(self.trace)
        self.trace = None
