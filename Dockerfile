# CNN Studio in a container:
#
#     docker build -t cnn-studio .
#     docker run --init -p 8501:8501 -v cnn-studio:/studio cnn-studio
#
# --init: a worker that is killed leaves nothing behind. Settings are environment variables (README), e.g.
# -e CNN_STUDIO_TEACHER_PASSWORD=…; behind a proxy, below a path: -e STREAMLIT_SERVER_BASE_URL_PATH=studio.

FROM python:3.13-slim

# What is kept: runs, models, data sets. A volume that Docker makes here begins with this folder's owner.
ENV CNN_STUDIO_HOME=/studio
RUN useradd --create-home --uid 10001 studio && install --directory --owner=studio --group=studio /studio
VOLUME /studio

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt
COPY .streamlit/config.toml .streamlit/
COPY assets assets
COPY cnn_core cnn_core
COPY pages pages
COPY app.py .
# Whoever runs it may not write here: without this, all of it would be compiled again at each start.
RUN python -m compileall -q app.py cnn_core pages

USER studio
EXPOSE 8501
HEALTHCHECK --start-period=60s --timeout=5s CMD ["python", "-c", "import os, urllib.request; \
base = os.environ.get('STREAMLIT_SERVER_BASE_URL_PATH', '').strip('/'); \
urllib.request.urlopen('/'.join(filter(None, ['http://localhost:8501', base, '_stcore/health'])))"]
CMD ["streamlit", "run", "app.py", "--server.headless=true", "--server.address=0.0.0.0", "--server.port=8501"]
