// The part of ECharts that the charts of this product use; everything else is left out of the page.
import {init, use, getInstanceByDom, registerTheme} from "echarts/core";
import {BarChart, FunnelChart, LineChart, PieChart} from "echarts/charts";
import {
  AriaComponent, DatasetComponent, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, TooltipComponent,
} from "echarts/components";
import {CanvasRenderer, SVGRenderer} from "echarts/renderers";

use([
  BarChart, FunnelChart, LineChart, PieChart,
  AriaComponent, DatasetComponent, GridComponent, LegendComponent, MarkLineComponent, TitleComponent, TooltipComponent,
  CanvasRenderer, SVGRenderer,
]);

export {init, getInstanceByDom, registerTheme};
