#include "conformance/interface/value_models.h"

#include "base/model_builder.h"
#include "conformance/interface/client_1_1.h"

namespace onnxifi::conformance {
namespace {

using client::HostValue;
using wire::kFloat;
using wire::kInt64;
using wire::kString;
using wire::ModelBuilder;
using wire::SequenceType;
using wire::TensorType;
using wire::WireWriter;
using List = std::vector<HostValue>;

const std::vector<std::string>& SomeStrings() {
  static const std::vector<std::string>& strings =
      *new std::vector<std::string>{"", "plain", "\xc3\xa4\xe2\x82\xac",
                                    std::string(5000, 'x')};
  return strings;
}

// An attribute of strings.
std::string AttrStrings(std::string_view name,
                        const std::vector<std::string>& values) {
  WireWriter attr;
  attr.Bytes(1, name);
  for (const std::string& value : values) attr.Bytes(9, value);
  return attr.Varint(20, 8).bytes();
}

std::string ZipMapModel() {
  const std::string type =
      SequenceType(MapType(kString, TensorType(kFloat, {})));
  return ModelBuilder(8, 13)
      .Opset("ai.onnx.ml", 1)
      .Input("x", kFloat, {2, 2})
      .OutputOfType("y", type)
      .Node("ZipMap", {"x"}, {"y"},
            {AttrStrings("classlabels_strings", {"cat", "dog"})}, "ai.onnx.ml")
      .Build();
}

HostValue ZipMapRow(float cat, float dog) {
  return MapValue("", StringValue("", {2}, {"cat", "dog"}),
                  FloatValue("", {2}, {cat, dog}));
}

// Identity of a value of `type`; `value` makes it for either name.
ValueCase IdentityCase(const char* what, const std::string& type,
                       std::function<HostValue(const char*)> value) {
  return {what, IdentityModel(type), [value] { return ListOf(value("x")); },
          [value] { return ListOf(value("y")); }};
}

void AddStrings(std::vector<ValueCase>* cases) {
  cases->push_back(
      {"strings", StringModel(),
       [] { return ListOf(StringValue("x", {4}, SomeStrings())); },
       [] { return ListOf(StringValue("y", {4}, SomeStrings())); }});
  cases->push_back(IdentityCase(
      "a string scalar", TensorType(kString, {}),
      [](const char* name) { return StringValue(name, {}, {"one"}); }));
  cases->push_back(IdentityCase(
      "strings with zeros in them", TensorType(kString, {1, 2}),
      [](const char* name) {
        return StringValue(name, {1, 2},
                           {std::string("a\0b", 3), std::string(1, '\0')});
      }));
}

void AddSequences(std::vector<ValueCase>* cases) {
  const std::string floats = SequenceType(TensorType(kFloat, {2}));
  cases->push_back(IdentityCase("a sequence", floats, [](const char* name) {
    return SequenceValue(
        name, ListOf(FloatValue("", {2}, {1, 2}), FloatValue("", {2}, {3, 4}),
                     FloatValue("", {2}, {5, 6})));
  }));
  cases->push_back(
      IdentityCase("an empty sequence", floats,
                   [](const char* name) { return SequenceValue(name, {}); }));
  cases->push_back(IdentityCase(
      "a sequence of strings", SequenceType(TensorType(kString, {2})),
      [](const char* name) {
        return SequenceValue(name, ListOf(StringValue("", {2}, {"", "b"}),
                                          StringValue("", {2}, {"c", "d"})));
      }));
}

void AddOptionals(std::vector<ValueCase>* cases) {
  const std::string type = OptionalType(TensorType(kFloat, {2}));
  cases->push_back(
      IdentityCase("an optional without a value", type,
                   [](const char* name) { return OptionalValue(name, {}); }));
  cases->push_back(
      IdentityCase("an optional with a value", type, [](const char* name) {
        return OptionalValue(name, ListOf(FloatValue("", {2}, {7, 8})));
      }));
  cases->push_back(IdentityCase(
      "an optional sequence",
      OptionalType(SequenceType(TensorType(kFloat, {2}))),
      [](const char* name) {
        return OptionalValue(
            name,
            ListOf(SequenceValue("", ListOf(FloatValue("", {2}, {1, 2})))));
      }));
}

void AddMaps(std::vector<ValueCase>* cases) {
  cases->push_back({"a map", CastMapModel(),
                    [] {
                      return ListOf(MapValue("x", IntValue("", {2}, {3, 5}),
                                             FloatValue("", {2}, {0.5f, 2})));
                    },
                    [] {
                      return ListOf(FloatValue("y", {1, 2}, {0.5f, 2}));
                    }});
  cases->push_back({"a sequence of maps", ZipMapModel(),
                    [] {
                      return ListOf(FloatValue("x", {2, 2}, {1, 2, 3, 4}));
                    },
                    [] {
                      return ListOf(SequenceValue(
                          "y", ListOf(ZipMapRow(1, 2), ZipMapRow(3, 4))));
                    }});
}

}  // namespace

std::string StringModel() { return IdentityModel(TensorType(kString, {4})); }

std::string SequenceModel() {
  return IdentityModel(SequenceType(TensorType(kFloat, {2})));
}

std::string OptionalModel() {
  return IdentityModel(OptionalType(TensorType(kFloat, {2})));
}

std::string CastMapModel() {
  return ModelBuilder(8, 13)
      .Opset("ai.onnx.ml", 1)
      .InputOfType("x", MapType(kInt64, TensorType(kFloat, {})))
      .Output("y", kFloat, {1, 2})
      .Node("CastMap", {"x"}, {"y"}, {}, "ai.onnx.ml")
      .Build();
}

const std::vector<ValueCase>& ValueCases() {
  static const std::vector<ValueCase>& cases = *[] {
    auto* const made = new std::vector<ValueCase>();
    AddStrings(made);
    AddSequences(made);
    AddOptionals(made);
    AddMaps(made);
    return made;
  }();
  return cases;
}

}  // namespace onnxifi::conformance
