#include "graph/op_schemas.h"

#include <gtest/gtest.h>
#include <onnx/defs/schema.h>

#include <thread>
#include <vector>

#include "graph/schema_makers.h"

namespace onnxifi::graph {
namespace {

constexpr int kNewest = 1000;

// Every operator, at every version it has, is what ONNX's registry gives.
TEST(FindSchemaTest, IsTheOneOfTheRegistry) {
  size_t seen = 0;
  for (const onnx::OpSchema& theirs :
       onnx::OpSchemaRegistry::get_all_schemas_with_history()) {
    ++seen;
    for (const int version :
         {theirs.since_version() - 1, theirs.since_version(),
          theirs.since_version() + 1, kNewest}) {
      const onnx::OpSchema* expected = onnx::OpSchemaRegistry::Schema(
          theirs.Name(), version, theirs.domain());
      const onnx::OpSchema* schema =
          FindSchema(theirs.Name(), version, theirs.domain());
      ASSERT_EQ(schema == nullptr, expected == nullptr)
          << theirs.Name() << " " << version;
      if (schema == nullptr) continue;
      EXPECT_EQ(schema->Name(), expected->Name());
      EXPECT_EQ(schema->domain(), expected->domain());
      EXPECT_EQ(schema->since_version(), expected->since_version());
      EXPECT_EQ(schema->deprecated(), expected->deprecated());
      EXPECT_EQ(schema->min_input(), expected->min_input());
      EXPECT_EQ(schema->max_input(), expected->max_input());
      EXPECT_EQ(schema->min_output(), expected->min_output());
      EXPECT_EQ(schema->max_output(), expected->max_output());
      EXPECT_EQ(schema->attributes().size(), expected->attributes().size());
      EXPECT_EQ(schema->HasFunction(), expected->HasFunction());
      EXPECT_EQ(schema->has_type_and_shape_inference_function(),
                expected->has_type_and_shape_inference_function());
    }
  }
  EXPECT_EQ(seen, SchemaMakers().size());
}

TEST(FindSchemaTest, NullForWhatDoesNotExist) {
  EXPECT_EQ(FindSchema("NoSuchOperator", kNewest, ""), nullptr);
  EXPECT_EQ(FindSchema("", kNewest, ""), nullptr);
  EXPECT_EQ(FindSchema("Relu", 0, ""), nullptr);
  EXPECT_EQ(FindSchema("Relu", kNewest, "ai.onnx.ml"), nullptr);
  EXPECT_EQ(FindSchema("Gelu", 19, ""), nullptr);
  EXPECT_NE(FindSchema("Gelu", 20, ""), nullptr);
}

TEST(FindSchemaTest, ThreadsShareOneObject) {
  std::vector<const onnx::OpSchema*> found(4, nullptr);
  std::vector<std::thread> threads;
  for (const onnx::OpSchema*& slot : found) {
    threads.emplace_back(
        [&slot] { slot = FindSchema("CenterCropPad", 18, ""); });
  }
  for (std::thread& thread : threads) thread.join();
  ASSERT_NE(found[0], nullptr);
  for (const onnx::OpSchema* schema : found) EXPECT_EQ(schema, found[0]);
}

}  // namespace
}  // namespace onnxifi::graph
