#include "graph/annotate.h"

#include <gtest/gtest.h>

#include <string>

#include "graph/test_model.h"

namespace onnxifi::graph {
namespace {

Annotations Notes(size_t nodes) {
  Annotations notes;
  notes.prefix = "our.";
  notes.model = {{"our.summary", "all"}};
  for (size_t i = 0; i < nodes; ++i) {
    notes.nodes.push_back({{"our.place", std::to_string(i)}});
  }
  return notes;
}

Result<std::string> Annotate(const std::string& model,
                             const Annotations& notes) {
  std::string out;
  const Status status = WriteAnnotated(AsBytes(model), notes, [&](Bytes part) {
    out += Text(part);
    return Status::Ok();
  });
  if (!status.ok()) return status;
  return out;
}

// If with a body: nodes of bodies are not counted.
std::string Branches() {
  onnx::ModelProto model = ModelFromText(R"(
    <ir_version: 10, opset_import: ["" : 20]>
    g (bool c, float[2] x) => (float[2] y) <float[2] w = {1, 2}> {
      a = Add(x, w)
      y = If(c) <then_branch = t () => (float[2] r) { r = Neg(a) },
                 else_branch = e () => (float[2] s) { s = Identity(a) }>
    })");
  onnx::StringStringEntryProto* kept = model.add_metadata_props();
  kept->set_key("author");
  kept->set_value("kept");
  kept = model.mutable_graph()->mutable_node(0)->add_metadata_props();
  kept->set_key("ours?");
  kept->set_value("no");
  return model.SerializeAsString();
}

// What is left of a message when the annotations are taken out.
std::string Stripped(const std::string& bytes) {
  onnx::ModelProto model;
  EXPECT_TRUE(model.ParseFromString(bytes));
  const auto strip = [](auto* properties) {
    for (int i = properties->size(); i-- > 0;) {
      if (properties->Get(i).key().starts_with("our.")) {
        properties->DeleteSubrange(i, 1);
      }
    }
  };
  strip(model.mutable_metadata_props());
  for (auto& node : *model.mutable_graph()->mutable_node()) {
    strip(node.mutable_metadata_props());
  }
  return model.SerializeAsString();
}

TEST(AnnotateTest, AddsPropertiesAndNothingElse) {
  // Unknown fields at the ends of the model and of its graph.
  std::string model = Branches();
  AppendBytesField(model, 900, "unknown");
  const Result<std::string> out = Annotate(model, Notes(2));
  ASSERT_TRUE(out.ok()) << out.status().message();
  onnx::ModelProto got;
  ASSERT_TRUE(got.ParseFromString(*out));
  EXPECT_EQ(Stripped(*out), Stripped(model));
  EXPECT_NE(out->find("unknown"), std::string::npos);
  ASSERT_EQ(got.metadata_props_size(), 2);
  EXPECT_EQ(got.metadata_props(1).value(), "all");
  ASSERT_EQ(got.graph().node(0).metadata_props_size(), 2);
  EXPECT_EQ(got.graph().node(0).metadata_props(0).key(), "ours?");
  EXPECT_EQ(got.graph().node(0).metadata_props(1).key(), "our.place");
  ASSERT_EQ(got.graph().node(1).metadata_props_size(), 1);
  EXPECT_EQ(got.graph().node(1).metadata_props(0).value(), "1");
}

TEST(AnnotateTest, AnnotatingAgainReplaces) {
  const Result<std::string> once = Annotate(Branches(), Notes(2));
  ASSERT_TRUE(once.ok());
  const Result<std::string> twice = Annotate(*once, Notes(2));
  ASSERT_TRUE(twice.ok());
  EXPECT_EQ(*twice, *once);
  Annotations none;
  none.prefix = "our.";
  none.nodes.resize(2);
  const Result<std::string> gone = Annotate(*once, none);
  ASSERT_TRUE(gone.ok());
  EXPECT_EQ(*gone, Branches());
}

TEST(AnnotateTest, RefusesWhatDoesNotFit) {
  for (const size_t nodes : {size_t{0}, size_t{1}, size_t{3}}) {
    EXPECT_EQ(Annotate(Branches(), Notes(nodes)).status().code(),
              ONNXIFI_STATUS_INVALID_MODEL);
  }
  EXPECT_EQ(Annotate("", Notes(0)).status().code(),
            ONNXIFI_STATUS_INVALID_MODEL);
  const std::string model = Branches();
  EXPECT_EQ(Annotate(model + model, Notes(2)).status().code(),
            ONNXIFI_STATUS_INVALID_MODEL);
  // Cut off anywhere: an error or, between two fields, a model; no more.
  for (size_t size = 0; size < model.size(); ++size) {
    const auto out = Annotate(model.substr(0, size), Notes(2));
    if (!out.ok()) continue;
    EXPECT_EQ(Stripped(*out), Stripped(model.substr(0, size)));
  }
}

TEST(AnnotateTest, TheSinksFailureEndsIt) {
  int calls = 0;
  const std::string model = Branches();
  const Status status =
      WriteAnnotated(AsBytes(model), Notes(2), [&](Bytes) -> Status {
        ++calls;
        return Status(ONNXIFI_STATUS_NO_SYSTEM_RESOURCES, "full");
      });
  EXPECT_EQ(status.code(), ONNXIFI_STATUS_NO_SYSTEM_RESOURCES);
  EXPECT_EQ(calls, 1);
}

TEST(AnnotateTest, FindsFilesOfTensorsEverywhere) {
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(Branches()));
  const auto set = [](onnx::TensorProto* tensor, const char* file) {
    tensor->set_data_location(onnx::TensorProto::EXTERNAL);
    auto* entry = tensor->add_external_data();
    entry->set_key("location");
    entry->set_value(file);
    entry = tensor->add_external_data();
    entry->set_key("offset");
    entry->set_value("0");
  };
  set(model.mutable_graph()->mutable_initializer(0), "b.bin");
  onnx::GraphProto* body =
      model.mutable_graph()->mutable_node(1)->mutable_attribute(0)->mutable_g();
  set(body->add_initializer(), "a.bin");
  set(body->add_initializer(), "b.bin");
  set(model.add_functions()->add_node()->add_attribute()->mutable_t(), "c.bin");
  const auto files = ExternalFiles(AsBytes(model.SerializeAsString()));
  ASSERT_TRUE(files.ok());
  EXPECT_EQ(*files, (std::vector<std::string>{"a.bin", "b.bin", "c.bin"}));
  EXPECT_TRUE(ExternalFiles(AsBytes(Branches()))->empty());
  EXPECT_FALSE(ExternalFiles(AsBytes("\x3a\x7f")).ok());
}

}  // namespace
}  // namespace onnxifi::graph
