#include "partitioner/picture.h"

#include <gtest/gtest.h>

#include "graph/test_model.h"

namespace onnxifi::partitioner {
namespace {

size_t Count(const std::string& text, std::string_view what) {
  size_t count = 0;
  for (size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + 1)) {
    ++count;
  }
  return count;
}

TEST(PictureTest, ShowsEveryNodeAndWhatCrosses) {
  Result<graph::Graph> graph =
      graph::ReadProto(graph::SmallModel(R"(g (float[4] x) => (float[4] y) {
        a = Relu(x)
        b = Neg(a)
        y = Add(a, b)
      })"));
  ASSERT_TRUE(graph.ok()) << graph.status().message();
  graph->nodes[1].name = "<b> & \"co\"\n";
  std::vector<DeviceView> views(2);
  for (DeviceView& view : views) {
    view.carries_values = true;
    view.support.resize(3);
    for (NodeSupport& support : view.support) support.supported = true;
  }
  views[0].support[1].supported = false;
  Placing placing;
  Result<GraphProblem> problem = MakeGraphProblem(*graph, views);
  ASSERT_TRUE(problem.ok()) << problem.status().message();
  placing.problem = std::move(problem).value();
  placing.placement.home = {0, 1, 0};
  const std::vector<std::string> names = {"cpu", "gpu <1>"};
  const std::string page = DrawPlacing(*graph, placing, names);
  EXPECT_EQ(Count(page, "<rect "), 3u);
  EXPECT_EQ(Count(page, "<line"), 3u);
  EXPECT_EQ(Count(page, "class=\"move\""), 2u);
  EXPECT_NE(page.find("&lt;b&gt; &amp; &quot;co&quot;?"), std::string::npos);
  EXPECT_NE(page.find("cpu: cannot; gpu &lt;1&gt;: "), std::string::npos);
  EXPECT_EQ(page.find("<b>"), std::string::npos);
  EXPECT_TRUE(page.ends_with("</html>\n"));
}

}  // namespace
}  // namespace onnxifi::partitioner
