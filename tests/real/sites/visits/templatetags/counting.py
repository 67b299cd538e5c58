from django import template

register = template.Library()
count = 0


@register.simple_tag
def visit():
    global count
    count += 1
    return count
