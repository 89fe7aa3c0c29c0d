/* report_page.h — report.html, report.css and report.js inside the library; made when it is built (report_page.awk). */
#ifndef EQ_SINK_REPORT_PAGE_H
#define EQ_SINK_REPORT_PAGE_H

extern const char eq_report_html[], eq_report_css[], eq_report_js[];

#endif
