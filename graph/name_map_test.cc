#include "graph/name_map.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace onnxifi::graph {
namespace {

TEST(NameMapTest, KeepsTheFirst) {
  NameMap<int> map;
  EXPECT_EQ(map.Find("a"), nullptr);
  EXPECT_TRUE(map.Insert("a", 1).second);
  const auto [entry, added] = map.Insert("a", 2);
  EXPECT_FALSE(added);
  EXPECT_EQ(*entry, 1);
  map.Set("a", 3);
  EXPECT_EQ(*map.Find("a"), 3);
  EXPECT_FALSE(map.Has(""));
  EXPECT_TRUE(map.Insert("", 4).second);
  EXPECT_EQ(*map.Find(""), 4);
  EXPECT_EQ(map.size(), 2u);
}

// Names of every length, alike but for one byte or for their length.
TEST(NameMapTest, FindsEachOfMany) {
  std::vector<std::string> names;
  for (size_t length = 0; length < 40; ++length) {
    names.push_back(std::string(length, '\0'));
    for (size_t at = 0; at < length; ++at) {
      names.push_back(std::string(length, 'x'));
      names.back()[at] = 'y';
    }
  }
  for (int i = 0; i < 20000; ++i) names.push_back("node_" + std::to_string(i));
  for (const bool reserved : {false, true}) {
    NameMap<size_t> map;
    if (reserved) map.Reserve(names.size());
    for (size_t i = 0; i < names.size(); ++i) {
      ASSERT_TRUE(map.Insert(names[i], i).second) << names[i];
    }
    for (size_t i = 0; i < names.size(); ++i) {
      ASSERT_NE(map.Find(names[i]), nullptr);
      ASSERT_EQ(*map.Find(names[i]), i);
    }
    EXPECT_FALSE(map.Has("node_20000"));
  }
}

}  // namespace
}  // namespace onnxifi::graph
