FROM python:3.11-slim
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=crowdfund.settings.base
WORKDIR /app
COPY requirements/run.txt requirements/run.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/run.txt && useradd --system app
COPY . .
RUN python manage.py messages --compile \
 && SECRET_KEY=build STRIPE_SECRET_KEY=sk_test_build python manage.py collectstatic --no-input --verbosity 0
USER app
EXPOSE 8000
CMD ["gunicorn", "crowdfund.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--no-control-socket"]
