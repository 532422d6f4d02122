"""Classroom: what would you like to understand?"""

from fusionviz.ui import libraries as libraries
from fusionviz.ui.classroom.page import draw_classroom
from fusionviz.ui.shared.frame.navigation import frame

frame()
draw_classroom()
