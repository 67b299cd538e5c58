#!/usr/bin/python
# coding: shift_jis
x = '日本'
