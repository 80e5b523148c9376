# SPDX-License-Identifier: MIT
"""Threads that write to one database file and read from it, by SQLAlchemy. usage: sqlite_orders.py DATABASE"""
import sys
import threading

from sqlalchemy import ForeignKey, create_engine, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

THREADS, ORDERS, ITEMS = 4, 12, 8


class Base(DeclarativeBase):
    pass


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    customer: Mapped[int]
    items: Mapped[list["Item"]] = relationship(back_populates="order")


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    price: Mapped[int]
    order_id: Mapped[int] = mapped_column(ForeignKey("orders.id"))
    order: Mapped[Order] = relationship(back_populates="items")


def serve(engine, customer):
    for number in range(ORDERS):
        with Session(engine) as session, session.begin():
            session.add(Order(customer=customer, items=[Item(price=number * item) for item in range(ITEMS)]))
        with Session(engine) as session:
            for order in session.scalars(select(Order).where(Order.customer == customer)):
                sum(item.price for item in order.items)


def main():
    engine = create_engine(f"sqlite:///{sys.argv[1]}", connect_args={"timeout": 60})
    Base.metadata.create_all(engine)
    threads = [threading.Thread(target=serve, args=(engine, customer)) for customer in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with Session(engine) as session:
        sums = select(Order.customer, func.count(), func.sum(Item.price)).join(Item).group_by(Order.customer).order_by(Order.customer)
        print(session.execute(sums).all())
    engine.dispose()


main()
